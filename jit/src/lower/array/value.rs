//! An array in compiled code: its type and its parts, with names.

use crate::abi::ArrayParts;
use crate::hir::types::{ArrayType, Layout, Type};
use crate::lir::op::Op;
use crate::lir::{Ty, Value};
use crate::lower::{Lowerer, Parts};

/// An array's type and machine values (`abi` says which).
#[derive(Clone, Debug)]
pub struct ArrayVal {
    pub ty: ArrayType,
    pub parts: Parts,
}

impl ArrayVal {
    /// From parts in `abi` order.
    pub fn new(ty: ArrayType, parts: Parts) -> Self {
        debug_assert_eq!(parts.len(), ArrayParts { ndim: ty.ndim as usize }.len());
        ArrayVal { ty, parts }
    }
    /// From its pieces.
    pub fn assemble(ty: ArrayType, owner: Value, data: Value, shape: &[Value], strides: &[Value]) -> Self {
        let mut parts = vec![owner, data];
        parts.extend(shape);
        parts.extend(strides);
        ArrayVal::new(ty, parts)
    }
    fn layout(&self) -> ArrayParts {
        ArrayParts { ndim: self.ndim() }
    }
    /// Number of dimensions.
    pub fn ndim(&self) -> usize {
        self.ty.ndim as usize
    }
    /// Bytes of an element.
    pub fn itemsize(&self) -> i64 {
        self.ty.dtype.itemsize() as i64
    }
    /// The buffer's reference.
    pub fn owner(&self) -> Value {
        self.parts[ArrayParts::OWNER]
    }
    /// Address of the first element.
    pub fn data(&self) -> Value {
        self.parts[ArrayParts::DATA]
    }
    /// Size of dimension `i`.
    pub fn shape(&self, i: usize) -> Value {
        self.parts[self.layout().shape(i)]
    }
    /// Stride of dimension `i` in bytes, as it was passed.
    pub fn stride(&self, i: usize) -> Value {
        self.parts[self.layout().stride(i)]
    }
    /// All sizes.
    pub fn shapes(&self) -> Vec<Value> {
        (0..self.ndim()).map(|i| self.shape(i)).collect()
    }
    /// All strides.
    pub fn strides(&self) -> Vec<Value> {
        (0..self.ndim()).map(|i| self.stride(i)).collect()
    }
    /// Is the stride of dimension `i` the element size, by type?
    pub fn is_unit_stride(&self, i: usize) -> bool {
        match self.ty.layout {
            Layout::C => i + 1 == self.ndim(),
            Layout::F => i == 0,
            Layout::A => false,
        }
    }
    /// Are all elements one run of memory, by type?
    pub fn is_contiguous(&self) -> bool {
        self.ty.layout != Layout::A
    }
}

impl Lowerer<'_> {
    /// The array that HIR value `v` is.
    pub fn array(&self, v: crate::hir::Value) -> Option<ArrayVal> {
        self.ty(v).array().map(|ty| ArrayVal::new(ty, self.parts(v)))
    }

    /// Address of the element `index` steps along dimension `i` from `base`.
    pub fn step_address(&mut self, a: &ArrayVal, base: Value, i: usize, index: Value) -> Value {
        if a.is_unit_stride(i) {
            return self.b.op(Op::PtrIndex, Ty::Ptr, &[base, index], a.itemsize());
        }
        let stride = a.stride(i);
        let offset = self.b.binary(Op::Imul, index, stride);
        self.b.op(Op::PtrAdd, Ty::Ptr, &[base, offset], 0)
    }

    /// Number of elements.
    pub fn array_size(&mut self, a: &ArrayVal) -> Value {
        let shapes = a.shapes();
        self.product(&shapes)
    }

    /// Product of sizes; 1 of nothing.
    pub fn product(&mut self, sizes: &[Value]) -> Value {
        let Some((first, rest)) = sizes.split_first() else { return self.i64(1) };
        let mut n = *first;
        for s in rest {
            n = self.b.binary(Op::Imul, n, *s);
        }
        n
    }

    /// Strides of a contiguous array of these sizes.
    pub fn contiguous_strides(&mut self, shape: &[Value], itemsize: i64, fortran: bool) -> Vec<Value> {
        let mut strides = vec![Value(0); shape.len()];
        let mut step = self.i64(itemsize);
        let order: Vec<usize> = if fortran { (0..shape.len()).collect() } else { (0..shape.len()).rev().collect() };
        let last = order.len();
        for (n, i) in order.into_iter().enumerate() {
            strides[i] = step;
            if n + 1 < last {
                step = self.b.binary(Op::Imul, step, shape[i]);
            }
        }
        strides
    }

    /// Loads the element at an address: one part, or two of a complex number.
    pub fn load_element(&mut self, dtype: crate::hir::types::DType, at: Value) -> Parts {
        let ty = crate::abi::scalar_ty(dtype);
        let mut parts = vec![self.b.load(ty, at, 0)];
        if crate::abi::is_complex(dtype) {
            parts.push(self.b.load(ty, at, i64::from(ty.bytes())));
        }
        parts
    }

    /// Stores an element.
    pub fn store_element(&mut self, at: Value, parts: &[Value]) {
        let mut offset = 0;
        for p in parts {
            self.b.store(at, *p, offset);
            offset += i64::from(self.b.func.ty(*p).bytes());
        }
    }

    /// The type of an element.
    pub fn element_type(a: &ArrayVal) -> Type {
        Type::Scalar(a.ty.dtype)
    }
}
