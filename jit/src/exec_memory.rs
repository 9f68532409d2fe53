//! Memory that holds machine code: written while it is writable, then made
//! executable; never both at once.
//!
//! `unsafe` room: none is needed here, the mapping crate does it; what *uses*
//! an address of this memory as a function has to know that
//! [`ExecMemory`] outlives every call and that the bytes follow the calling
//! convention of `unit.rs`.

use dynasmrt::ExecutableBuffer;
use dynasmrt::mmap::MutableBuffer;
use std::io;

/// A finished piece of code. Addresses are stable for its life.
#[derive(Debug)]
pub struct ExecMemory {
    buffer: ExecutableBuffer,
}

impl ExecMemory {
    /// Copies position-independent code into executable memory.
    pub fn new(code: &[u8]) -> io::Result<ExecMemory> {
        let mut buffer = MutableBuffer::new(code.len())?;
        buffer.set_len(code.len());
        buffer.copy_from_slice(code);
        Ok(ExecMemory { buffer: buffer.make_exec()? })
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.buffer
    }

    /// Address of the byte at `offset`.
    ///
    /// # Panics
    /// When `offset` is outside.
    pub fn address(&self, offset: usize) -> *const u8 {
        &raw const self.buffer[offset]
    }
}
