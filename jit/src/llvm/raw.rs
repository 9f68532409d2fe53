//! The few LLVM calls that inkwell does not wrap.
//!
//! `unsafe` room: every function takes inkwell objects of one context, alive
//! for the call, and hands their raw pointers to LLVM-C functions that
//! neither keep nor free them; what they give back belongs to the same module.

use super::error::Result;
use super::types::Types;
use inkwell::builder::Builder;
use inkwell::llvm_sys::core::{LLVMBuildFreeze, LLVMBuildGEPWithNoWrapFlags};
use inkwell::types::BasicType;
use inkwell::values::{AsValueRef, BasicValueEnum, IntValue, PointerValue};

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
