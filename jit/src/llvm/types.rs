//! LIR types, predicates and flags as LLVM has them.

use crate::lir::op::{Cc, Op};
use crate::lir::{FastMath, Signature, Ty};
use inkwell::context::Context;
use inkwell::types::{BasicMetadataTypeEnum, BasicType, BasicTypeEnum, FunctionType, IntType, PointerType};
use inkwell::values::{FastMathFlags, InstructionOpcode};
use inkwell::{AddressSpace, FloatPredicate, IntPredicate};

/// The handful of types that lowering asks for again and again.
pub(super) struct Types<'ctx> {
    pub i1: IntType<'ctx>,
    pub i8: IntType<'ctx>,
    pub i32: IntType<'ctx>,
    pub i64: IntType<'ctx>,
    pub ptr: PointerType<'ctx>,
    context: &'ctx Context,
}

impl<'ctx> Types<'ctx> {
    pub fn new(context: &'ctx Context) -> Self {
        Types {
            i1: context.bool_type(),
            i8: context.i8_type(),
            i32: context.i32_type(),
            i64: context.i64_type(),
            ptr: context.ptr_type(AddressSpace::default()),
            context,
        }
    }

    /// The LLVM type of a value of LIR type `t`.
    pub fn of(&self, t: Ty) -> BasicTypeEnum<'ctx> {
        match t {
            Ty::F32 => self.context.f32_type().into(),
            Ty::F64 => self.context.f64_type().into(),
            Ty::Ptr | Ty::Ref => self.ptr.into(),
            _ => self.int(t).into(),
        }
    }

    /// The LLVM type of an integer LIR type (i64 for any other).
    pub fn int(&self, t: Ty) -> IntType<'ctx> {
        match t {
            Ty::I1 => self.i1,
            Ty::I8 => self.i8,
            Ty::I16 => self.context.i16_type(),
            Ty::I32 => self.i32,
            _ => self.i64,
        }
    }

    /// `i32 (ptr ctx, params…, ptr results)`: every LIR function.
    pub fn physical(&self, sig: &Signature) -> FunctionType<'ctx> {
        let mut params: Vec<BasicMetadataTypeEnum> = vec![self.ptr.into()];
        params.extend(sig.params.iter().map(|t| BasicMetadataTypeEnum::from(self.of(*t))));
        params.push(self.ptr.into());
        self.i32.fn_type(&params, false)
    }

    /// C function type of a runtime symbol.
    pub fn c_function(&self, sig: &Signature) -> FunctionType<'ctx> {
        let params: Vec<BasicMetadataTypeEnum> = sig.params.iter().map(|t| self.of(*t).into()).collect();
        match sig.results.first() {
            Some(t) => self.of(*t).fn_type(&params, false),
            None => self.context.void_type().fn_type(&params, false),
        }
    }
}

/// Operations that are one LLVM instruction on two operands.
pub(super) fn binary_opcode(op: Op) -> Option<InstructionOpcode> {
    use InstructionOpcode as I;
    Some(match op {
        Op::Iadd => I::Add,
        Op::Isub => I::Sub,
        Op::Imul => I::Mul,
        Op::Sdiv => I::SDiv,
        Op::Udiv => I::UDiv,
        Op::Srem => I::SRem,
        Op::Urem => I::URem,
        Op::And => I::And,
        Op::Or => I::Or,
        Op::Xor => I::Xor,
        Op::Fadd => I::FAdd,
        Op::Fsub => I::FSub,
        Op::Fmul => I::FMul,
        Op::Fdiv => I::FDiv,
        _ => return None,
    })
}

/// Operations that are one LLVM conversion. `from` and `to` decide between
/// widening and narrowing float casts and between the pointer casts.
pub(super) fn cast_opcode(op: Op, from: Ty, to: Ty) -> Option<InstructionOpcode> {
    use InstructionOpcode as I;
    Some(match op {
        Op::Sext => I::SExt,
        Op::Zext => I::ZExt,
        Op::Itrunc => I::Trunc,
        Op::Sitofp => I::SIToFP,
        Op::Uitofp => I::UIToFP,
        Op::Fptosi => I::FPToSI,
        Op::Fptoui => I::FPToUI,
        Op::Fpcast if to == Ty::F64 => I::FPExt,
        Op::Fpcast => I::FPTrunc,
        Op::Bitcast if from.is_ptr() && !to.is_ptr() => I::PtrToInt,
        Op::Bitcast if to.is_ptr() && !from.is_ptr() => I::IntToPtr,
        Op::Bitcast => I::BitCast,
        _ => return None,
    })
}

/// Operations that are an LLVM intrinsic overloaded on the result type.
pub(super) fn intrinsic_name(op: Op) -> Option<&'static str> {
    Some(match op {
        Op::Fabs => "llvm.fabs",
        Op::Sqrt => "llvm.sqrt",
        Op::Floor => "llvm.floor",
        Op::Ceil => "llvm.ceil",
        Op::Trunc => "llvm.trunc",
        Op::Rint => "llvm.rint",
        Op::Copysign => "llvm.copysign",
        Op::Fma => "llvm.fma",
        Op::SaddO => "llvm.sadd.with.overflow",
        Op::SsubO => "llvm.ssub.with.overflow",
        Op::SmulO => "llvm.smul.with.overflow",
        _ => return None,
    })
}

/// Integer predicate; `None` for the float ones.
pub(super) fn int_predicate(cc: Cc) -> Option<IntPredicate> {
    Some(match cc {
        Cc::Eq => IntPredicate::EQ,
        Cc::Ne => IntPredicate::NE,
        Cc::Slt => IntPredicate::SLT,
        Cc::Sle => IntPredicate::SLE,
        Cc::Sgt => IntPredicate::SGT,
        Cc::Sge => IntPredicate::SGE,
        Cc::Ult => IntPredicate::ULT,
        Cc::Ule => IntPredicate::ULE,
        Cc::Ugt => IntPredicate::UGT,
        Cc::Uge => IntPredicate::UGE,
        _ => return None,
    })
}

/// Float predicate; `None` for the integer ones. A negated ordered predicate
/// is the opposite unordered one.
pub(super) fn float_predicate(cc: Cc) -> Option<FloatPredicate> {
    Some(match cc {
        Cc::Oeq => FloatPredicate::OEQ,
        Cc::Une => FloatPredicate::UNE,
        Cc::Olt => FloatPredicate::OLT,
        Cc::Ole => FloatPredicate::OLE,
        Cc::Ogt => FloatPredicate::OGT,
        Cc::Oge => FloatPredicate::OGE,
        Cc::Nolt => FloatPredicate::UGE,
        Cc::Nole => FloatPredicate::UGT,
        Cc::Nogt => FloatPredicate::ULE,
        Cc::Noge => FloatPredicate::ULT,
        _ => return None,
    })
}

/// LLVM's flags in the order of [`FastMath::NAMES`].
pub(super) fn fast_math(f: FastMath) -> FastMathFlags {
    const ORDER: [FastMathFlags; 7] = [
        FastMathFlags::NoNaNs,
        FastMathFlags::NoInfs,
        FastMathFlags::NoSignedZeros,
        FastMathFlags::AllowReciprocal,
        FastMathFlags::AllowContract,
        FastMathFlags::ApproxFunc,
        FastMathFlags::AllowReassoc,
    ];
    ORDER.iter().enumerate().filter(|(bit, _)| f.0 >> bit & 1 != 0).fold(FastMathFlags::empty(), |all, (_, flag)| all | *flag)
}
