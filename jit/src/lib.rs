//! Bytecode to HIR to LIR to machine code.

pub mod entity;
pub mod lir;
pub mod options;
pub mod symbols;
pub mod unit;
