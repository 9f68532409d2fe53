//! Operators: which meaning applies to the operand types.

use super::{Lowerer, Parts};
use crate::error::CompileError;
use crate::hir::types::{DType, Type};
use crate::hir::{self, BinaryOp, UnaryOp};
use crate::lir::op::Op;
use taipan_runtime::dtype::Kind;

impl Lowerer<'_> {
    pub(crate) fn binary_op(&mut self, op: BinaryOp, a: hir::Value, b: hir::Value, inplace: bool, result: hir::Value) -> Result<Parts, CompileError> {
        if self.hir.ordinary {
            return match *self.ty(result) {
                Type::Numpy(d) => self.numpy_binary(op, a, b, d),
                _ => self.ordinary_binary(op, a, b),
            };
        }
        let (ta, tb, to) = (self.ty(a), self.ty(b), self.ty(result));
        if ta.array().is_some() || tb.array().is_some() {
            return match op {
                BinaryOp::MatMul => super::array::matmul(self, a, b, result),
                _ if inplace && ta.array().is_some() => super::array::inplace(self, op.ufunc(), a, b),
                _ => super::array::elementwise(self, op.ufunc(), &[a, b], result),
            };
        }
        match (ta, tb, to) {
            (Type::Tuple(_), Type::Tuple(_), Type::Tuple(_)) if op == BinaryOp::Add => {
                let mut p = self.parts(a);
                p.extend(self.parts(b));
                Ok(p)
            }
            (Type::Tuple(_), _, Type::Tuple(_)) if op == BinaryOp::Mul => self.repeat_tuple(a, b),
            (_, Type::Tuple(_), Type::Tuple(_)) if op == BinaryOp::Mul => self.repeat_tuple(b, a),
            (_, _, Type::ReflectedList(_)) => self.reflected_binary(op, a, b, inplace, to),
            (_, _, Type::Str) => self.text_binary(op, a, b),
            (_, _, Type::Scalar(d)) => self.scalar_binary(op, a, b, *d),
            _ => Err(CompileError::typing(format!("operator {} is not defined for {ta} and {tb}", op.text()))),
        }
    }

    fn repeat_tuple(&mut self, tuple: hir::Value, count: hir::Value) -> Result<Parts, CompileError> {
        let n = self.const_int(count).ok_or_else(|| CompileError::typing("a tuple is repeated a constant number of times only"))?;
        let p = self.parts(tuple);
        Ok((0..n.max(0)).flat_map(|_| p.clone()).collect())
    }

    fn scalar_binary(&mut self, op: BinaryOp, a: hir::Value, b: hir::Value, d: DType) -> Result<Parts, CompileError> {
        if op == BinaryOp::Pow {
            return self.power(a, b, d);
        }
        let errors = self.hir.options.error_model;
        let (da, pa) = self.scalar_operand(a)?;
        let (db, pb) = self.scalar_operand(b)?;
        if op == BinaryOp::Shr && d.kind() != Kind::Signed && da.kind() == Kind::Signed {
            // The value keeps its sign where the result type alone is unsigned.
            let x = self.cast_scalar(&pa, da, DType::I64);
            let y = self.cast_scalar(&pb, db, DType::I64);
            let r = self.b.binary(Op::Ashr, x[0], y[0]);
            return Ok(self.cast_scalar(&[r], DType::I64, d));
        }
        let x = self.cast_scalar(&pa, da, d);
        let y = self.cast_scalar(&pb, db, d);
        self.arith(op, d, &x, &y, errors)
    }

    pub(crate) fn unary_op(&mut self, op: UnaryOp, a: hir::Value, result: hir::Value) -> Result<Parts, CompileError> {
        if self.hir.ordinary {
            return match *self.ty(result) {
                Type::Numpy(d) => self.numpy_unary(op, a, d),
                _ => self.ordinary_unary(op, a),
            };
        }
        let to = self.ty(result);
        if op == UnaryOp::Not && self.ty(a).array().is_none() {
            let t = self.truth(a)?;
            return Ok(vec![self.not(t)]);
        }
        if self.ty(a).array().is_some() {
            return super::array::elementwise(self, op.ufunc(), &[a], result);
        }
        let d = to.scalar().ok_or_else(|| CompileError::bug(format!("unary {} gives {to}", op.text())))?;
        let (da, pa) = self.scalar_operand(a)?;
        if da.is_integer() {
            // In the operand's own width, then widened: -uint8(200) is 56.
            let r = self.arith1(op, da, &pa)?;
            return Ok(self.cast_scalar(&r, da, d));
        }
        if da == d {
            return self.arith1(op, d, &pa);
        }
        let x = self.cast_scalar(&pa, da, d);
        self.arith1(op, d, &x)
    }
}
