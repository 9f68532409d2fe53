//! What the tests share: finding and running the real binary, compiling
//! snippets without an interpreter.

pub mod binary;
pub mod differential;
pub mod engine;
pub mod generate;
pub mod golden;
pub mod program;
