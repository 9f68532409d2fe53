//! Bytecode to HIR to LIR to machine code.

pub mod abi;
pub mod baseline;
pub mod bytecode;
pub mod entity;
pub mod error;
pub mod exec_memory;
pub mod hir;
mod interpreted;
pub mod library;
pub mod lir;
pub mod llvm;
pub mod lower;
pub mod options;
pub mod ordinary;
mod ordinary_loops;
pub mod osr;
pub mod perfmap;
pub mod pipeline;
pub mod poll;
pub mod queue;
pub mod specialisation;
pub mod stats;
pub mod symbols;
pub mod tier;
pub mod timing;
pub mod typing;
pub mod unit;
