//! The optimising tier: LIR through LLVM.
//!
//! `assemble` collects the functions of a unit, `function` lowers one,
//! `root` writes out approximate square roots, `convert` conversions of
//! vectors, `pipeline` optimises, `engine` emits, `orc` links. Every way into LLVM goes
//! through `init`.

mod assemble;
mod convert;
pub mod engine;
mod error;
mod function;
mod init;
mod libm;
pub mod object;
mod orc;
pub mod pipeline;
mod raw;
mod root;
mod types;

pub use engine::{Code, Engine, Phases, Request, Text};
pub use error::LlvmError;
pub use init::FatalHook;
pub(crate) use init::on_fatal_error;
