//! What a dispatcher holds of a function compiled for one list of argument
//! types, and the one call that makes it.

use crate::hir::types::Type;
use crate::lir::{Module, Ty};
use crate::unit::EntryCell;
use std::sync::{Arc, OnceLock};

/// A function compiled for argument types.
#[derive(Debug)]
pub struct Specialisation {
    pub arg_types: Vec<Type>,
    pub return_type: Type,
    /// Flattened parameters (`abi::flatten` of each argument, concatenated).
    pub params: Vec<Ty>,
    /// Flattened result.
    pub results: Vec<Ty>,
    /// Code, filled when the call that made this returns; LLVM swaps in later.
    pub entry: Arc<EntryCell>,
    /// Number of the unit in the tier controller.
    pub unit: u64,
    /// Its LIR, once it is compiled (callers may inline it).
    pub module: Arc<OnceLock<Arc<Module>>>,
}
