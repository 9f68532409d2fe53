//! Random streams that equal NumPy's bit for bit.
//!
//! [`Mt19937`] and [`Pcg64`] are bit sources; [`RandomState`] is the legacy generator
//! (`np.random.seed`, `np.random.rand`, …); [`distributions`] holds what does not depend on it.
//!
//! `unsafe` room: the fill functions write to arrays they have just made, element by element.

pub mod bounded;
pub mod distributions;
pub mod generator;
pub mod legacy;
pub mod mt19937;
pub mod pcg64;
pub mod seed_sequence;
mod ziggurat_tables;

pub use legacy::RandomState;
pub use mt19937::Mt19937;
pub use pcg64::Pcg64;
pub use seed_sequence::SeedSequence;

use crate::array::{Array, Order};
use crate::dtype::Element;
use crate::error::Result;

/// A stream of random bits.
pub trait BitSource {
    /// 32 random bits.
    fn next_u32(&mut self) -> u32;
    /// 64 random bits.
    fn next_u64(&mut self) -> u64;
    /// A float in [0, 1) with 53 random bits.
    fn next_double(&mut self) -> f64;
}

/// A new array filled by repeated calls in C order.
pub fn fill<T: Element>(shape: &[usize], mut draw: impl FnMut() -> T) -> Result<Array> {
    let array = Array::empty(shape, T::DTYPE, Order::C)?;
    let data = array.data().cast::<T>();
    for i in 0..array.size() {
        // SAFETY: the array has `size` elements of that type and is not shared yet.
        unsafe { data.add(i).write(draw()) };
    }
    Ok(array)
}
