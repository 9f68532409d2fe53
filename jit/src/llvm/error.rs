//! Why LLVM gave no code.

use std::fmt;

/// A unit that LLVM could not compile stays in the baseline tier; the text
/// says why in `--jit-stats`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LlvmError(pub String);

impl fmt::Display for LlvmError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for LlvmError {}

macro_rules! from_display {
    ($($t:ty),*) => { $( impl From<$t> for LlvmError { fn from(e: $t) -> Self { LlvmError(e.to_string()) } } )* };
}
from_display!(
    inkwell::builder::BuilderError,
    inkwell::values::InstructionValueError,
    inkwell::support::LLVMString,
    &str,
    String
);

/// Result of everything that talks to LLVM.
pub type Result<T> = std::result::Result<T, LlvmError>;
