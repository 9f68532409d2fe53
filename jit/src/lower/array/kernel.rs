//! Calls of runtime kernels (`taipan_runtime::kernel_abi`): arrays go out and
//! come back through descriptors on the stack.

use super::value::ArrayVal;
use crate::error::CompileError;
use crate::hir::types::{ArrayType, DType};
use crate::lir::op::Op;
use crate::lir::{Ty, Value};
use crate::lower::Lowerer;
use taipan_runtime::kernel_abi::{DESCRIPTOR_HEAD, kernel_number};

/// An argument of a kernel.
#[derive(Clone, Debug)]
pub enum KernelArg {
    Array(ArrayVal),
    /// An i64.
    Int(Value),
    /// An f64.
    Float(Value),
    /// A dtype.
    DType(DType),
}

fn descriptor_bytes(ndim: usize) -> i64 {
    8 * (DESCRIPTOR_HEAD + 2 * ndim) as i64
}

impl Lowerer<'_> {
    /// Writes an array into a new descriptor; gives its address.
    pub fn descriptor(&mut self, a: &ArrayVal) -> Value {
        let at = self.b.op(Op::StackAddr, Ty::Ptr, &[], descriptor_bytes(a.ndim()));
        let dtype = self.i64(a.ty.dtype as i64);
        let ndim = self.i64(a.ndim() as i64);
        // Words: owner, data, dtype, ndim, shape…, strides….
        let words = [&a.parts[..2], &[dtype, ndim], &a.parts[2..]].concat();
        for (i, w) in words.iter().enumerate() {
            self.b.store(at, *w, 8 * i as i64);
        }
        at
    }

    fn kernel_words(&mut self, args: &[KernelArg]) -> Value {
        let words: Vec<Value> = args
            .iter()
            .map(|a| match a {
                KernelArg::Array(a) => self.descriptor(a),
                KernelArg::Int(v) | KernelArg::Float(v) => *v,
                KernelArg::DType(d) => self.i64(*d as i64),
            })
            .collect();
        let list = self.b.op(Op::StackAddr, Ty::Ptr, &[], 8 * words.len().max(1) as i64);
        for (i, w) in words.iter().enumerate() {
            self.b.store(list, *w, 8 * i as i64);
        }
        list
    }

    fn call_kernel(&mut self, name: &str, args: &[KernelArg], out: Value) -> Result<(), CompileError> {
        let number = kernel_number(name).ok_or_else(|| CompileError::bug(format!("no kernel named {name}")))?;
        let words = self.kernel_words(args);
        let ctx = self.b.op(Op::GetCtx, Ty::Ptr, &[], 0);
        let number = self.i64(number as i64);
        let count = self.i64(args.len() as i64);
        let site = self.i64(i64::from(self.b.site));
        self.runtime_checked("taipan_kernel", &[ctx, number, count, words, out, site]);
        // The kernel borrowed the buffers.
        let refs: Vec<Value> =
            args.iter().filter_map(|a| if let KernelArg::Array(a) = a { Some(a.owner()) } else { None }).collect();
        self.keep(&refs);
        Ok(())
    }

    /// Calls a kernel whose result is an array of type `to`.
    ///
    /// # Errors
    /// A kernel name that is not in the table.
    pub fn kernel(&mut self, name: &str, args: &[KernelArg], to: ArrayType) -> Result<ArrayVal, CompileError> {
        let ndim = to.ndim as usize;
        let out = self.b.op(Op::StackAddr, Ty::Ptr, &[], descriptor_bytes(ndim));
        self.call_kernel(name, args, out)?;
        let owner = self.runtime("taipan_take_ref", &[out]).ok_or_else(|| CompileError::bug("taipan_take_ref has a result"))?;
        let data = self.b.load(Ty::Ptr, out, 8);
        let mut parts = vec![owner, data];
        for i in 0..2 * ndim {
            parts.push(self.b.load(Ty::I64, out, 8 * (DESCRIPTOR_HEAD + i) as i64));
        }
        Ok(ArrayVal::new(to, parts))
    }

    /// Calls a kernel that works in place.
    ///
    /// # Errors
    /// A kernel name that is not in the table.
    pub fn kernel_in_place(&mut self, name: &str, args: &[KernelArg]) -> Result<(), CompileError> {
        let out = self.b.op(Op::StackAddr, Ty::Ptr, &[], 8);
        self.call_kernel(name, args, out)
    }

    /// Calls a kernel whose result is a zero-dimensional array; its element.
    ///
    /// # Errors
    /// A kernel name that is not in the table.
    pub fn kernel_scalar(&mut self, name: &str, args: &[KernelArg], dtype: DType) -> Result<crate::lower::Parts, CompileError> {
        let ty = ArrayType { dtype, ndim: 0, layout: crate::hir::types::Layout::C, readonly: false };
        let a = self.kernel(name, args, ty)?;
        let element = self.load_element(dtype, a.data());
        self.keep(&[a.owner()]);
        Ok(element)
    }
}
