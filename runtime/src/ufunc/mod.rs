//! Universal functions: elementwise operations with broadcasting, type resolution and reductions.
//!
//! [`Ufunc`]s live in one table ([`UFUNCS`]); [`by_name`] finds one. [`Ufunc::call`] applies it to
//! arrays, [`Ufunc::call_scalars`] to single values without allocating, and the reductions
//! (`reduce`, `accumulate`, `reduceat`, `at`, `outer`) are methods of the same object.
//!
//! ```
//! use taipan_runtime::{Array, Scalar, ufunc::{self, CallOptions, Operand}};
//! let a = Array::from_vec(&[1.0, 2.0, 3.0])?;
//! let add = ufunc::by_name("add").expect("in the table");
//! let out = add.call(&[Operand::Array(&a), Operand::Python(Scalar::Int(1))], &CallOptions::default())?;
//! assert_eq!(out.arrays[0].to_vec::<f64>()?, [2.0, 3.0, 4.0]);
//! # Ok::<(), taipan_runtime::Error>(())
//! ```

mod arith;
mod at;
mod bits;
mod call;
mod compare;
mod constant_divisor;
mod division;
pub mod kernel;
mod math;
mod pairwise;
mod reduce;
mod resolve;
mod table;
pub mod vector_math;
mod vector_power;

pub use call::{CallOptions, Operand, Outputs};
pub(crate) use math::libm;
pub use reduce::{ReduceOptions, reduced_shape};
pub use table::{ALIASES, Identity, Rule, UFUNCS, Ufunc};

use std::collections::HashMap;
use std::sync::LazyLock;

static BY_NAME: LazyLock<HashMap<&'static str, &'static Ufunc>> = LazyLock::new(|| {
    let mut map: HashMap<_, _> = UFUNCS.iter().map(|u| (u.name, u)).collect();
    for (alias, name) in ALIASES {
        if let Some(&ufunc) = map.get(name) {
            map.insert(alias, ufunc);
        }
    }
    map
});

/// The ufunc of that NumPy name or alias.
pub fn by_name(name: &str) -> Option<&'static Ufunc> {
    BY_NAME.get(name).copied()
}

impl Ufunc {
    /// Type strings of the loops, as in `np.add.types`: `"dd->d"`.
    pub fn types(&self) -> Vec<String> {
        self.loops
            .iter()
            .map(|row| {
                let chars = |range: std::ops::Range<usize>| -> String {
                    row.types[range].iter().map(|t| t.char()).collect()
                };
                format!("{}->{}", chars(0..self.nin), chars(self.nin..self.nin + self.nout))
            })
            .collect()
    }
}
