//! Linking of finished objects into the process: ORC's LLJIT.
//!
//! `unsafe` room: owns one LLJIT. Everything LLVM-C hands out is either given
//! back to LLVM by the call that documents taking it (memory buffers,
//! materialisation units, interned names, errors) or belongs to the LLJIT.
//! Code is never unlinked: entry addresses stay valid for the process, and
//! the LLJIT is leaked rather than disposed of, for the same reason.

use super::error::{LlvmError, Result};
use inkwell::llvm_sys::error::{LLVMConsumeError, LLVMDisposeErrorMessage, LLVMErrorRef, LLVMGetErrorMessage};
use inkwell::llvm_sys::orc2::lljit::*;
use inkwell::llvm_sys::orc2::*;
use inkwell::memory_buffer::MemoryBuffer;
use std::collections::HashSet;
use std::ffi::{CStr, CString};

/// The process's linker for compiled objects.
pub(super) struct Linker {
    jit: LLVMOrcLLJITRef,
    library: LLVMOrcJITDylibRef,
    defined: HashSet<String>,
}

extern "C" fn drop_error(_: *mut std::ffi::c_void, e: LLVMErrorRef) {
    // SAFETY: the reporter owns the error; consuming frees it.
    unsafe { LLVMConsumeError(e) };
}

fn check(e: LLVMErrorRef) -> Result<()> {
    if e.is_null() {
        return Ok(());
    }
    // SAFETY: `e` is an owned error; reading the message consumes it, and the
    // message is freed after copying.
    unsafe {
        let message = LLVMGetErrorMessage(e);
        let text = CStr::from_ptr(message).to_string_lossy().into_owned();
        LLVMDisposeErrorMessage(message);
        Err(LlvmError(text))
    }
}

impl Linker {
    /// Needs the targets initialised.
    pub fn new() -> Result<Linker> {
        let mut jit = std::ptr::null_mut();
        let mut generator = std::ptr::null_mut();
        // SAFETY: module contract; a null builder means defaults.
        unsafe {
            check(LLVMOrcCreateLLJIT(&mut jit, std::ptr::null_mut()))?;
            let library = LLVMOrcLLJITGetMainJITDylib(jit);
            // Errors come back from the calls; nothing is printed.
            LLVMOrcExecutionSessionSetErrorReporter(LLVMOrcLLJITGetExecutionSession(jit), drop_error, std::ptr::null_mut());
            let prefix = LLVMOrcLLJITGetGlobalPrefix(jit);
            // The C library's functions that code generation itself calls
            // (memset…) and libmvec.
            check(LLVMOrcCreateDynamicLibrarySearchGeneratorForProcess(&mut generator, prefix, None, std::ptr::null_mut()))?;
            LLVMOrcJITDylibAddGenerator(library, generator);
            Ok(Linker { jit, library, defined: HashSet::new() })
        }
    }

    /// Gives `name` an address for the objects to come; a second definition
    /// of a name is ignored.
    pub fn define(&mut self, name: &str, address: *const u8) -> Result<()> {
        if self.defined.contains(name) {
            return Ok(());
        }
        let c = CString::new(name).map_err(|e| LlvmError(e.to_string()))?;
        // SAFETY: module contract; the unit takes the interned name and the
        // library takes the unit.
        unsafe {
            let flags = LLVMJITSymbolFlags {
                GenericFlags: LLVMJITSymbolGenericFlags::LLVMJITSymbolGenericFlagsExported as u8
                    | LLVMJITSymbolGenericFlags::LLVMJITSymbolGenericFlagsCallable as u8,
                TargetFlags: 0,
            };
            let mut pair = LLVMOrcCSymbolMapPair {
                Name: LLVMOrcLLJITMangleAndIntern(self.jit, c.as_ptr()),
                Sym: LLVMJITEvaluatedSymbol { Address: address as u64, Flags: flags },
            };
            check(LLVMOrcJITDylibDefine(self.library, LLVMOrcAbsoluteSymbols(&mut pair, 1)))?;
        }
        self.defined.insert(name.to_owned());
        Ok(())
    }

    /// Links an object file; its exported names must be new.
    pub fn add(&mut self, object: MemoryBuffer<'_>) -> Result<()> {
        let raw = object.as_mut_ptr();
        std::mem::forget(object);
        // SAFETY: module contract; the buffer was made by LLVM's emitter and
        // is given up above.
        check(unsafe { LLVMOrcLLJITAddObjectFile(self.jit, self.library, raw) })
    }

    /// Address of an exported name; links what it needs.
    pub fn lookup(&self, name: &str) -> Result<*const u8> {
        let c = CString::new(name).map_err(|e| LlvmError(e.to_string()))?;
        let mut address = 0;
        // SAFETY: module contract.
        check(unsafe { LLVMOrcLLJITLookup(self.jit, &mut address, c.as_ptr()) })?;
        Ok(address as *const u8)
    }
}
