//! The few LLVM calls that inkwell does not wrap.
//!
//! `unsafe` room: every function takes inkwell objects of one context, alive
//! for the call, and hands their raw pointers to LLVM-C functions that
//! neither keep nor free them; what they give back belongs to the same module.

use super::error::{LlvmError, Result};
use super::types::Types;
use inkwell::builder::Builder;
use inkwell::context::Context;
use inkwell::llvm_sys::LLVMDiagnosticSeverity;
use inkwell::llvm_sys::core::{
    LLVMBuildFreeze, LLVMBuildGEPWithNoWrapFlags, LLVMContextSetDiagnosticHandler, LLVMDisposeMessage, LLVMGetDiagInfoDescription,
    LLVMGetDiagInfoSeverity,
};
use inkwell::llvm_sys::prelude::LLVMDiagnosticInfoRef;
use inkwell::types::BasicType;
use inkwell::values::{AsValueRef, BasicValueEnum, IntValue, PointerValue};
use std::cell::RefCell;
use std::ffi::{CStr, c_void};

/// `p + index * sizeof(element)`. The address computation never wraps around
/// the address space (so loops over it have a known trip count), but the
/// result may lie outside the object: one step before a reversed array, say.
pub(super) fn index<'ctx>(
    b: &Builder<'ctx>,
    element: impl BasicType<'ctx>,
    p: PointerValue<'ctx>,
    index: IntValue<'ctx>,
) -> PointerValue<'ctx> {
    const NUSW: u32 = 1 << 1;
    let mut indices = [index.as_value_ref()];
    // SAFETY: module contract; the builder is positioned (callers are in the
    // middle of a block) and the indices outlive the call.
    unsafe {
        PointerValue::new(LLVMBuildGEPWithNoWrapFlags(
            b.as_mut_ptr(),
            element.as_type_ref(),
            p.as_value_ref(),
            indices.as_mut_ptr(),
            1,
            c"".as_ptr(),
            NUSW,
        ))
    }
}

/// `p + bytes` for a constant; `p` itself for 0.
pub(super) fn offset<'ctx>(b: &Builder<'ctx>, ty: &Types<'ctx>, p: PointerValue<'ctx>, bytes: i64) -> Result<PointerValue<'ctx>> {
    Ok(if bytes == 0 { p } else { index(b, ty.i8, p, ty.i64.const_int(bytes as u64, true)) })
}

/// Makes an unspecified value of a possibly poisoned one.
pub(super) fn freeze<'ctx>(b: &Builder<'ctx>, v: BasicValueEnum<'ctx>) -> BasicValueEnum<'ctx> {
    // SAFETY: module contract.
    unsafe { BasicValueEnum::new(LLVMBuildFreeze(b.as_mut_ptr(), v.as_value_ref(), c"".as_ptr())) }
}

/// Errors that passes and the code generator report for one context. Without
/// a collector LLVM prints them and ends the process.
#[derive(Default)]
pub(super) struct Diagnostics(RefCell<Vec<String>>);

extern "C" fn collect(info: LLVMDiagnosticInfoRef, sink: *mut c_void) {
    // SAFETY: `sink` is the collector given to `attach`, which outlives the
    // context; LLVM hands out a string that is ours to free.
    unsafe {
        if LLVMGetDiagInfoSeverity(info) == LLVMDiagnosticSeverity::LLVMDSError {
            let text = LLVMGetDiagInfoDescription(info);
            let sink = &*sink.cast::<Diagnostics>();
            sink.0.borrow_mut().push(CStr::from_ptr(text).to_string_lossy().into_owned());
            LLVMDisposeMessage(text);
        }
    }
}

impl Diagnostics {
    /// Collects the context's errors here from now on.
    ///
    /// # Safety
    /// The collector stays in place and alive as long as the context.
    pub unsafe fn attach(&self, context: &Context) {
        let sink = std::ptr::from_ref(self).cast_mut().cast();
        // SAFETY: contract of this function.
        unsafe { LLVMContextSetDiagnosticHandler(context.raw(), Some(collect), sink) };
    }

    /// The first error, if there is one.
    pub fn check(&self) -> Result<()> {
        self.0.borrow().first().map_or(Ok(()), |e| Err(LlvmError(e.clone())))
    }
}
