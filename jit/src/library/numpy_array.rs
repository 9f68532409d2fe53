//! NumPy functions of arrays and array methods.

use super::Row;

/// The rows.
pub static ROWS: &[Row] = &[];
