//! Bytecode to HIR to LIR to machine code.

pub mod abi;
pub mod bytecode;
pub mod entity;
pub mod error;
pub mod exceptions;
pub mod hir;
pub mod lir;
pub mod options;
pub mod ordinary;
pub mod specialisation;
pub mod symbols;
pub mod unit;
