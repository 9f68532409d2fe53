//! Arithmetic on scalars of one dtype: what `+`, `//`, `~` … mean on machine
//! values. Operators, ufuncs and array expressions all come here.
//!
//! Integers wrap; floor division and modulo follow the sign of the divisor;
//! shift counts are taken modulo the width.

use super::{Lowerer, Parts};
use crate::abi::{is_complex, scalar_ty};
use crate::error::CompileError;
use crate::hir::types::DType;
use crate::hir::value::ErrorModel;
use crate::hir::{BinaryOp, UnaryOp};
use crate::lir::op::{Cc, Op};
use crate::lir::{Ty, Value};
use taipan_runtime::dtype::Kind;
use taipan_runtime::trap::TrapKind;

/// Integer operations that are one instruction: (operator, signed, unsigned).
const INTEGER: &[(BinaryOp, Op, Op)] = &[
    (BinaryOp::Add, Op::Iadd, Op::Iadd),
    (BinaryOp::Sub, Op::Isub, Op::Isub),
    (BinaryOp::Mul, Op::Imul, Op::Imul),
    (BinaryOp::And, Op::And, Op::And),
    (BinaryOp::Or, Op::Or, Op::Or),
    (BinaryOp::Xor, Op::Xor, Op::Xor),
    (BinaryOp::Shl, Op::Shl, Op::Shl),
    (BinaryOp::Shr, Op::Ashr, Op::Lshr),
];

/// Float operations that are one instruction.
const FLOAT: &[(BinaryOp, Op)] = &[(BinaryOp::Add, Op::Fadd), (BinaryOp::Sub, Op::Fsub), (BinaryOp::Mul, Op::Fmul)];

/// What an integer division by zero does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Zero {
    Raise(TrapKind),
    /// Quotient and remainder 0 (NumPy).
    Gives0,
    /// The caller has made sure that it does not happen.
    Excluded,
}

impl Zero {
    fn of(errors: ErrorModel, kind: TrapKind) -> Zero {
        if errors == ErrorModel::Python { Zero::Raise(kind) } else { Zero::Gives0 }
    }
}

fn undefined(op: &str, d: DType) -> CompileError {
    CompileError::typing(format!("operator {op} is not defined for {}", crate::hir::types::scalar_name(d)))
}

impl Lowerer<'_> {
    /// `a op b`, both of dtype `d`, result of dtype `d`.
    ///
    /// # Errors
    /// Operators without meaning for `d`.
    pub fn arith(&mut self, op: BinaryOp, d: DType, a: &[Value], b: &[Value], errors: ErrorModel) -> Result<Parts, CompileError> {
        match d.kind() {
            Kind::Complex => self.complex_arith(op, d, a, b, errors),
            Kind::Float if d == DType::F16 => {
                let wide = |l: &mut Self, p: &[Value]| l.cast_scalar(p, d, DType::F32);
                let (x, y) = (wide(self, a), wide(self, b));
                let r = self.arith(op, DType::F32, &x, &y, errors)?;
                Ok(self.cast_scalar(&r, DType::F32, d))
            }
            Kind::Float => Ok(vec![self.float_arith(op, d, a[0], b[0], errors)?]),
            Kind::Bool => {
                let o = match op {
                    BinaryOp::And | BinaryOp::Mul => Op::And,
                    BinaryOp::Or | BinaryOp::Add => Op::Or,
                    BinaryOp::Xor => Op::Xor,
                    _ => return Err(undefined(op.text(), d)),
                };
                Ok(vec![self.b.binary(o, a[0], b[0])])
            }
            kind => Ok(vec![self.int_arith(op, d, kind == Kind::Signed, a[0], b[0], errors)?]),
        }
    }

    fn int_arith(&mut self, op: BinaryOp, d: DType, signed: bool, a: Value, b: Value, errors: ErrorModel) -> Result<Value, CompileError> {
        if let Some(row) = INTEGER.iter().find(|r| r.0 == op) {
            return Ok(self.b.binary(if signed { row.1 } else { row.2 }, a, b));
        }
        match op {
            BinaryOp::FloorDiv => Ok(self.int_divmod(signed, a, b, Zero::of(errors, TrapKind::IntegerDivision)).0),
            BinaryOp::Mod => Ok(self.int_divmod(signed, a, b, Zero::of(errors, TrapKind::IntegerModulo)).1),
            BinaryOp::Pow => Ok(self.int_power(d, a, b, errors)),
            _ => Err(undefined(op.text(), d)),
        }
    }

    /// Floor quotient and modulo; MIN // -1 wraps to MIN with remainder 0.
    pub fn int_divmod(&mut self, signed: bool, a: Value, b: Value, on_zero: Zero) -> (Value, Value) {
        if let Some(c) = self.b.constant(b)
            && c > 0
        {
            return self.int_divmod_constant(signed, a, b, c);
        }
        let ty = self.b.func.ty(a);
        let zero = self.b.iconst(ty, 0);
        let one = self.b.iconst(ty, 1);
        let by_zero = self.b.icmp(Cc::Eq, b, zero);
        let mut b = b;
        match on_zero {
            Zero::Raise(kind) => self.b.trap_if(by_zero, kind, &[]),
            Zero::Gives0 => b = self.b.select(by_zero, one, b),
            Zero::Excluded => {}
        }
        let (mut q, mut r);
        if signed {
            // Dividing by 1 instead of -1 and negating keeps MIN / -1 away
            // from the hardware.
            let minus_one = self.b.iconst(ty, -1);
            let negate = self.b.icmp(Cc::Eq, b, minus_one);
            let safe = self.b.select(negate, one, b);
            let quot = self.b.binary(Op::Sdiv, a, safe);
            let prod = self.b.binary(Op::Imul, quot, safe);
            let rem = self.b.binary(Op::Isub, a, prod);
            // Floor: one less where the remainder is against the divisor.
            let x = self.b.binary(Op::Xor, rem, safe);
            let against = self.b.icmp(Cc::Slt, x, zero);
            let some = self.b.icmp(Cc::Ne, rem, zero);
            let fix = self.b.binary(Op::And, against, some);
            let fix_q = self.b.op(Op::Sext, ty, &[fix], 0);
            let floor = self.b.binary(Op::Iadd, quot, fix_q);
            let add = self.b.select(fix, safe, zero);
            r = self.b.binary(Op::Iadd, rem, add);
            let neg = self.b.binary(Op::Isub, zero, a);
            q = self.b.select(negate, neg, floor);
        } else {
            q = self.b.binary(Op::Udiv, a, b);
            let prod = self.b.binary(Op::Imul, q, b);
            r = self.b.binary(Op::Isub, a, prod);
        }
        if on_zero == Zero::Gives0 {
            q = self.b.select(by_zero, zero, q);
            r = self.b.select(by_zero, zero, r);
        }
        (q, r)
    }

    /// The same by `b`, known to be `c > 0` (the bits of `b`, sign-extended).
    fn int_divmod_constant(&mut self, signed: bool, a: Value, b: Value, c: i64) -> (Value, Value) {
        let ty = self.b.func.ty(a);
        if c & (c - 1) == 0 {
            // Shifting to the right rounds down; the low bits are what is left.
            let places = self.b.iconst(ty, i64::from(c.trailing_zeros()));
            let mask = self.b.iconst(ty, c - 1);
            let shift = if signed { Op::Ashr } else { Op::Lshr };
            return (self.b.binary(shift, a, places), self.b.binary(Op::And, a, mask));
        }
        let quot = self.b.binary(if signed { Op::Sdiv } else { Op::Udiv }, a, b);
        let prod = self.b.binary(Op::Imul, quot, b);
        let rem = self.b.binary(Op::Isub, a, prod);
        if !signed {
            return (quot, rem);
        }
        // All bits set where the remainder is negative: one less, and once more the divisor.
        let top = self.b.iconst(ty, i64::from(ty.bits()) - 1);
        let negative = self.b.binary(Op::Ashr, rem, top);
        let more = self.b.binary(Op::And, negative, b);
        (self.b.binary(Op::Iadd, quot, negative), self.b.binary(Op::Iadd, rem, more))
    }

    fn float_arith(&mut self, op: BinaryOp, d: DType, a: Value, b: Value, errors: ErrorModel) -> Result<Value, CompileError> {
        if let Some(row) = FLOAT.iter().find(|r| r.0 == op) {
            return Ok(self.b.binary(row.1, a, b));
        }
        match op {
            BinaryOp::Div => {
                self.float_zero_check(b, errors, TrapKind::ZeroDivision);
                Ok(self.b.binary(Op::Fdiv, a, b))
            }
            BinaryOp::FloorDiv => {
                self.float_zero_check(b, errors, TrapKind::ZeroDivision);
                Ok(self.float_divmod(a, b).0)
            }
            BinaryOp::Mod => {
                self.float_zero_check(b, errors, TrapKind::FloatModulo);
                Ok(self.float_divmod(a, b).1)
            }
            BinaryOp::Pow => Ok(self.float_math2("pow", a, b)),
            _ => Err(undefined(op.text(), d)),
        }
    }

    /// Raises `kind` for a zero divisor under the Python model.
    pub fn float_zero_check(&mut self, b: Value, errors: ErrorModel, kind: TrapKind) {
        if errors == ErrorModel::Python {
            let zero = self.zero_of(self.b.func.ty(b));
            let c = self.b.fcmp(Cc::Oeq, b, zero);
            self.b.trap_if(c, kind, &[]);
        }
    }

    /// Python's floor quotient and modulo of floats. The remainder is exact
    /// (fmod); the quotient is rebuilt from it, then rounded to the nearest
    /// integer. A zero divisor gives a/0 and nan.
    pub fn float_divmod(&mut self, a: Value, b: Value) -> (Value, Value) {
        let ty = self.b.func.ty(a);
        let zero = self.zero_of(ty);
        let one = self.b.fconst(ty, 1.0);
        let half = self.b.fconst(ty, 0.5);
        let rem = self.float_math2("fmod", a, b);
        let diff = self.b.binary(Op::Fsub, a, rem);
        let div = self.b.binary(Op::Fdiv, diff, b);
        let some = self.b.fcmp(Cc::Une, rem, zero);
        let bneg = self.b.fcmp(Cc::Olt, b, zero);
        let rneg = self.b.fcmp(Cc::Olt, rem, zero);
        let against = self.b.binary(Op::Xor, bneg, rneg);
        let fix = self.b.binary(Op::And, some, against);
        let shifted = self.b.binary(Op::Fadd, rem, b);
        let signed_zero = self.b.binary(Op::Copysign, zero, b);
        let rem_nonzero = self.b.select(fix, shifted, rem);
        let rem_out = self.b.select(some, rem_nonzero, signed_zero);
        let less = self.b.binary(Op::Fsub, div, one);
        let div = self.b.select(fix, less, div);
        let floor = self.b.unary(Op::Floor, div);
        let gap = self.b.binary(Op::Fsub, div, floor);
        let up = self.b.fcmp(Cc::Ogt, gap, half);
        let next = self.b.binary(Op::Fadd, floor, one);
        let rounded = self.b.select(up, next, floor);
        let quot = self.b.binary(Op::Fdiv, a, b);
        let zero_quot = self.b.binary(Op::Copysign, zero, quot);
        let nonzero = self.b.fcmp(Cc::Une, div, zero);
        let q = self.b.select(nonzero, rounded, zero_quot);
        // NumPy: x // 0 is x / 0.
        let by_zero = self.b.fcmp(Cc::Oeq, b, zero);
        let q = self.b.select(by_zero, quot, q);
        (q, rem_out)
    }

    /// A libm function of two floats in the operands' precision.
    pub fn float_math2(&mut self, name: &str, a: Value, b: Value) -> Value {
        let name = self.math_name(name, a);
        self.runtime(&name, &[a, b]).expect("libm functions have results")
    }

    /// A libm function of one float in the operand's precision. With fastmath
    /// the runtime's own function where there is one: LLVM knows the names of
    /// libm and would turn a few of them into what does not vectorise.
    pub fn float_math1(&mut self, name: &str, a: Value) -> Value {
        if self.b.fast.approximate() {
            return self.elementary(name, a);
        }
        let name = self.math_name(name, a);
        self.runtime(&name, &[a]).expect("libm functions have results")
    }

    /// The same by the runtime's own function where there is one, as `numpy`
    /// computes it everywhere; its vector forms have the same bits.
    pub fn elementary(&mut self, name: &str, a: Value) -> Value {
        let name = self.math_name(name, a);
        let name = crate::symbols::elementary(&name).unwrap_or(&name);
        self.runtime(name, &[a]).expect("elementary functions have results")
    }

    fn math_name(&self, name: &str, a: Value) -> String {
        if self.b.func.ty(a) == Ty::F32 { format!("{name}f") } else { name.to_owned() }
    }

    /// `op a` with operand and result of dtype `d`.
    ///
    /// # Errors
    /// Operators without meaning for `d`.
    pub fn arith1(&mut self, op: UnaryOp, d: DType, a: &[Value]) -> Result<Parts, CompileError> {
        let ty = scalar_ty(d);
        match (op, d.kind()) {
            (UnaryOp::Pos, _) => Ok(a.to_vec()),
            (UnaryOp::Not, _) => {
                let t = self.scalar_truth(a, d);
                Ok(vec![self.not(t)])
            }
            (UnaryOp::Neg, Kind::Float) if d == DType::F16 => {
                let sign = self.b.iconst(ty, i64::from(i16::MIN));
                Ok(vec![self.b.binary(Op::Xor, a[0], sign)])
            }
            (UnaryOp::Neg, Kind::Float | Kind::Complex) => Ok(a.iter().map(|x| self.b.unary(Op::Fneg, *x)).collect()),
            (UnaryOp::Neg, Kind::Signed | Kind::Unsigned) => {
                let zero = self.b.iconst(ty, 0);
                Ok(vec![self.b.binary(Op::Isub, zero, a[0])])
            }
            (UnaryOp::Invert, Kind::Signed | Kind::Unsigned | Kind::Bool) => {
                let ones = self.b.iconst(ty, if ty == Ty::I1 { 1 } else { -1 });
                Ok(vec![self.b.binary(Op::Xor, a[0], ones)])
            }
            _ => Err(undefined(op.text(), d)),
        }
    }

    /// |a|: of dtype `d`, complex gives the real part's dtype. Integers wrap.
    pub fn abs(&mut self, d: DType, a: &[Value]) -> Value {
        match d.kind() {
            _ if is_complex(d) => self.float_math2("hypot", a[0], a[1]),
            Kind::Float if d == DType::F16 => {
                let mask = self.b.iconst(Ty::I16, 0x7fff);
                self.b.binary(Op::And, a[0], mask)
            }
            Kind::Float => self.b.unary(Op::Fabs, a[0]),
            Kind::Signed => {
                let zero = self.b.iconst(scalar_ty(d), 0);
                let neg = self.b.binary(Op::Isub, zero, a[0]);
                let c = self.b.icmp(Cc::Slt, a[0], zero);
                self.b.select(c, neg, a[0])
            }
            _ => a[0],
        }
    }

    /// Logical negation of an i1.
    pub fn not(&mut self, c: Value) -> Value {
        let one = self.b.iconst(Ty::I1, 1);
        self.b.binary(Op::Xor, c, one)
    }
}
