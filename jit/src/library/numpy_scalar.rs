//! NumPy functions on scalars that are no ufuncs.

use super::Row;

/// The rows. (The ufuncs are rows of [`super::ufunc`].)
pub static ROWS: &[Row] = &[];
