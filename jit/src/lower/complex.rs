//! Complex arithmetic on (real, imaginary) pairs.

use super::{Lowerer, Parts};
use crate::abi::scalar_ty;
use crate::error::CompileError;
use crate::hir::BinaryOp;
use crate::hir::types::DType;
use crate::hir::value::ErrorModel;
use crate::lir::op::{Cc, Op};
use crate::lir::{Ty, Value};
use taipan_runtime::trap::TrapKind;

impl Lowerer<'_> {
    /// `a op b` on complex numbers of dtype `d`.
    pub(crate) fn complex_arith(&mut self, op: BinaryOp, d: DType, a: &[Value], b: &[Value], errors: ErrorModel) -> Result<Parts, CompileError> {
        match op {
            BinaryOp::Add | BinaryOp::Sub => {
                let o = if op == BinaryOp::Add { Op::Fadd } else { Op::Fsub };
                Ok(vec![self.b.binary(o, a[0], b[0]), self.b.binary(o, a[1], b[1])])
            }
            BinaryOp::Mul => Ok(self.complex_mul(a, b)),
            BinaryOp::Div => {
                if errors == ErrorModel::Python {
                    let zero = self.zero_of(scalar_ty(d));
                    let re = self.b.fcmp(Cc::Oeq, b[0], zero);
                    let im = self.b.fcmp(Cc::Oeq, b[1], zero);
                    let c = self.b.binary(Op::And, re, im);
                    self.b.trap_if(c, TrapKind::ComplexDivision, &[]);
                }
                Ok(self.complex_div(a, b))
            }
            BinaryOp::Pow => Ok(self.complex_runtime("taipan_complex_pow", d, &[a[0], a[1], b[0], b[1]])),
            _ => Err(CompileError::typing(format!("operator {} is not defined for {}", op.text(), d.name()))),
        }
    }

    fn complex_mul(&mut self, a: &[Value], b: &[Value]) -> Parts {
        let ac = self.b.binary(Op::Fmul, a[0], b[0]);
        let bd = self.b.binary(Op::Fmul, a[1], b[1]);
        let ad = self.b.binary(Op::Fmul, a[0], b[1]);
        let bc = self.b.binary(Op::Fmul, a[1], b[0]);
        vec![self.b.binary(Op::Fsub, ac, bd), self.b.binary(Op::Fadd, ad, bc)]
    }

    /// Smith's method: divide by the larger part of the divisor first, so that
    /// squares cannot overflow. Branch-free, so that loops vectorise.
    fn complex_div(&mut self, a: &[Value], b: &[Value]) -> Parts {
        let abs_re = self.b.unary(Op::Fabs, b[0]);
        let abs_im = self.b.unary(Op::Fabs, b[1]);
        let first = self.b.fcmp(Cc::Oge, abs_re, abs_im);
        let big = self.b.select(first, b[0], b[1]);
        let small = self.b.select(first, b[1], b[0]);
        let ratio = self.b.binary(Op::Fdiv, small, big);
        let t = self.b.binary(Op::Fmul, small, ratio);
        let denom = self.b.binary(Op::Fadd, big, t);
        let p = self.b.select(first, a[0], a[1]);
        let q = self.b.select(first, a[1], a[0]);
        let qr = self.b.binary(Op::Fmul, q, ratio);
        let re = self.b.binary(Op::Fadd, p, qr);
        let pr = self.b.binary(Op::Fmul, p, ratio);
        // first: b - a·ratio; second: b·ratio - a.
        let im1 = self.b.binary(Op::Fsub, q, pr);
        let im2 = self.b.binary(Op::Fsub, pr, q);
        let im = self.b.select(first, im1, im2);
        let re = self.b.binary(Op::Fdiv, re, denom);
        let im = self.b.binary(Op::Fdiv, im, denom);
        // 0/0 divisor: the ratio is nan, and so are both parts.
        vec![re, im]
    }

    /// A runtime function of float64 parts that writes a complex result; used
    /// for both precisions.
    pub fn complex_runtime(&mut self, name: &str, d: DType, args: &[Value]) -> Parts {
        let ty = scalar_ty(d);
        let wide: Vec<Value> = args.iter().map(|v| self.b.convert(Op::Fpcast, Ty::F64, *v)).collect();
        let out = self.stack(16);
        let mut all = wide;
        all.push(out);
        self.runtime(name, &all);
        let re = self.b.load(Ty::F64, out, 0);
        let im = self.b.load(Ty::F64, out, 8);
        vec![self.b.convert(Op::Fpcast, ty, re), self.b.convert(Op::Fpcast, ty, im)]
    }

    /// Address of `bytes` bytes of stack that live as long as the call.
    pub fn stack(&mut self, bytes: i64) -> Value {
        self.b.op(Op::StackAddr, Ty::Ptr, &[], bytes)
    }
}
