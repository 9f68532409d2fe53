//! Bytecode to HIR to LIR to machine code.

pub mod abi;
pub mod bytecode;
pub mod baseline;
pub mod entity;
pub mod error;
pub mod exec_memory;
pub mod hir;
pub mod lir;
pub mod llvm;
pub mod library;
pub mod lower;
pub mod options;
pub mod osr;
pub mod perfmap;
pub mod poll;
pub mod queue;
pub mod ordinary;
mod ordinary_loops;
pub mod specialisation;
pub mod symbols;
pub mod stats;
pub mod tier;
pub mod timing;
pub mod unit;
