//! Arrays and everything that computes on them, without a Python in sight.
//!
//! The `numpy` module and compiled code both sit on this crate: the array object
//! ([`array::Array`] over [`buffer::BufferRef`]), element types and their promotion ([`dtype`]),
//! the strided walk ([`iter`]), elementwise kernels (`ufunc`), reductions, sorting, indexing,
//! linear products, random streams and the parallel scheduler.

#[macro_use]
pub mod dtype;

pub mod array;
pub mod buffer;
pub mod cast;
pub mod creation;
pub mod error;
pub mod fpflags;
pub mod index;
pub mod iter;
pub mod kernel_abi;
pub mod linalg;
pub mod list;
pub mod matmul;
pub mod random;
pub mod print;
pub mod python_math;
pub mod reduce;
pub mod scalar;
pub mod scalar_abi;
pub mod sched;
pub mod sort;
pub mod text;
pub mod trap;
pub mod ufunc;
mod workers;

pub use array::{Array, Order};
pub use buffer::BufferRef;
pub use dtype::{Casting, DType};
pub use error::{Error, ErrorKind, Result};
pub use fpflags::FpFlags;
pub use index::Index;
pub use scalar::Scalar;
