//! Square roots with approximations allowed: an estimate of `1 / sqrt(x)` and
//! Newton steps by fused multiply-adds, in registers of 256 and 512 bits.
//!
//! The processor's exact root is one unit that takes one element a cycle, or
//! half of one on older processors; the steps run on all multipliers. Of
//! several roots in one block some stay the processor's: neither unit waits
//! for the other, and where somebody else uses the multipliers (the core's
//! other thread), less is lost. The result is within 1 ulp (half an ulp plus
//! rounding of the last correction), zero gives zero, and numbers below 0 give
//! nan.
//!
//! With AVX-512 the processor estimates, also for numbers below the normal
//! ones. Infinities must not occur there (`ninf`), and below 2^-1020 only half
//! the digits are right.
//!
//! With AVX2 it estimates single precision only, which other numbers do not
//! fit. Halving the exponent in the bits of `x` gives `1 / sqrt(x)` within
//! 3.5 % (Lomont, "Fast Inverse Square Root", 2003), and a polynomial in the
//! error that is left makes 30 bits of it. That holds for normal numbers above
//! 0; any other is told by its error, and then the processor's root is taken
//! for the whole register.
//!
//! A scalar call is emitted first, with vector forms for the vectoriser; all of
//! them get their bodies afterwards and are inlined. A call that stayed scalar
//! is the processor's root.

use super::assemble::{Assembly, Features};
use super::error::Result;
use super::types::fast_math;
use crate::lir::{FastMath, Ty};
use inkwell::FloatPredicate;
use inkwell::attributes::{Attribute, AttributeLoc};
use inkwell::intrinsics::Intrinsic;
use inkwell::module::Linkage;
use inkwell::types::{BasicType, VectorType};
use inkwell::values::{BasicValue, BasicValueEnum, FunctionValue, InstructionOpcode, InstructionValue, VectorValue};

/// The functions that one element type needs: the scalar one, and the vector
/// ones with the intrinsic of their estimate.
struct Root<'ctx> {
    ty: Ty,
    scalar: FunctionValue<'ctx>,
    vectors: Vec<(FunctionValue<'ctx>, &'static Form)>,
    variants: Attribute,
}

/// Those asked for in a module.
#[derive(Default)]
pub(super) struct Roots<'ctx>(Vec<Root<'ctx>>);

/// One vector width.
struct Form {
    ty: Ty,
    lanes: u32,
    letter: char,
    estimate: Estimate,
}

/// Where the first digits of `1 / sqrt(x)` come from.
enum Estimate {
    /// An intrinsic of AVX-512, and the width of its mask.
    Processor(&'static str, Ty),
    /// The bits of `x`.
    Exponent,
}

const FORMS: [Form; 5] = [
    Form { ty: Ty::F64, lanes: 8, letter: 'e', estimate: Estimate::Processor("llvm.x86.avx512.rsqrt14.pd.512", Ty::I8) },
    Form { ty: Ty::F64, lanes: 4, letter: 'd', estimate: Estimate::Processor("llvm.x86.avx512.rsqrt14.pd.256", Ty::I8) },
    Form { ty: Ty::F32, lanes: 16, letter: 'e', estimate: Estimate::Processor("llvm.x86.avx512.rsqrt14.ps.512", Ty::I16) },
    Form { ty: Ty::F32, lanes: 8, letter: 'd', estimate: Estimate::Processor("llvm.x86.avx512.rsqrt14.ps.256", Ty::I8) },
    Form { ty: Ty::F64, lanes: 4, letter: 'd', estimate: Estimate::Exponent },
];

/// `MAGIC - bits(x) / 2` are the bits of an estimate `y` with
/// `abs(1 - x y^2) < LARGEST_ERROR`: the middle of what is possible.
const MAGIC: u64 = 0x5fe6_e900_0000_0000;
const LARGEST_ERROR: f64 = 0.0683;

/// `(1 - e)^(-1/2)` for `abs(e) < LARGEST_ERROR` within 2^-30.2, Chebyshev
/// interpolation, from the constant up.
const CORRECTION: [f64; 6] =
    [1.000000000718321, 0.5000000005283931, 0.3749972267437168, 0.3124975832542319, 0.2750220007236884, 0.24753114645107202];

impl Form {
    fn fits(&self, has: Features) -> bool {
        match self.estimate {
            Estimate::Processor(..) => has.avx512,
            Estimate::Exponent => has.avx2 && !has.avx512,
        }
    }

    /// Is root `n` of a block the processor's?
    fn is_exact(&self, n: usize) -> bool {
        match self.estimate {
            Estimate::Processor(..) => n % 2 == 1,
            // Two or three times the instructions, so one in four keeps both
            // units busy. The last one: its constants take all registers.
            Estimate::Exponent => n % 4 != 3,
        }
    }
}

impl<'ctx> Assembly<'ctx> {
    /// The function to call for an approximate root, and the attribute for the
    /// call; `None` where the processor has no estimate good enough.
    pub fn approximate_root(&mut self, ty: Ty) -> Option<(FunctionValue<'ctx>, Attribute)> {
        if let Some(r) = self.roots.0.iter().find(|r| r.ty == ty) {
            return Some((r.scalar, r.variants));
        }
        let forms: Vec<&'static Form> = FORMS.iter().filter(|f| f.ty == ty && f.fits(self.features)).collect();
        if forms.is_empty() {
            return None;
        }
        let name = format!("root.{}", ty.text());
        let element = self.ty.of(ty).into_float_type();
        let scalar = self.pure_function(&name, element.fn_type(&[element.into()], false));
        let mut mappings = Vec::new();
        let mut vectors = Vec::new();
        for form in forms {
            let vector = element.vec_type(form.lanes);
            let symbol = format!("{name}.{}", form.lanes);
            vectors.push((self.pure_function(&symbol, vector.fn_type(&[vector.into()], false)), form));
            mappings.push(format!("_ZGV{}N{}v_{name}({symbol})", form.letter, form.lanes));
        }
        let variants = self.vector_attribute(&mappings.iter().map(String::as_str).collect::<Vec<_>>());
        self.roots.0.push(Root { ty, scalar, vectors, variants });
        Some((scalar, variants))
    }

    /// Gives the functions their bodies; tells whether there are any.
    pub fn define_roots(&self) -> Result<bool> {
        let inline = super::assemble::enum_attribute(self.context, "alwaysinline", 0);
        for root in &self.roots.0 {
            for (f, form) in &root.vectors {
                self.share_out(*f, form)?;
            }
            let functions = root.vectors.iter().map(|(f, form)| (*f, Some(*form))).chain([(root.scalar, None)]);
            for (f, form) in functions {
                f.set_linkage(Linkage::Internal);
                f.add_attribute(AttributeLoc::Function, inline);
                self.builder.position_at_end(self.context.append_basic_block(f, "entry"));
                let x = f.get_first_param().ok_or("parameter of a root")?;
                let y = match form {
                    None => self.call_intrinsic("llvm.sqrt", &[x.get_type()], &[x])?,
                    Some(Form { estimate: Estimate::Processor(estimate, mask), ty, .. }) => self.newton(x.into_vector_value(), *ty, estimate, *mask)?.into(),
                    Some(Form { estimate: Estimate::Exponent, .. }) => self.from_exponent(f, x.into_vector_value())?.into(),
                };
                if let Some(i) = y.as_instruction_value().filter(|i| i.can_use_fast_math_flags()) {
                    i.set_fast_math_flags(fast_math(FastMath::FAST))?;
                }
                self.builder.build_return(Some(&y))?;
            }
        }
        Ok(!self.roots.0.is_empty())
    }

    /// Makes calls of `f` the processor's roots, in each block those that the
    /// form leaves to it.
    fn share_out(&self, f: FunctionValue<'ctx>, form: &Form) -> Result<()> {
        let pointer = f.as_global_value().as_pointer_value();
        let vector = f.get_type().get_return_type().ok_or("result of a root")?;
        let sqrt = self.overload("llvm.sqrt", &[vector])?.as_global_value().as_pointer_value();
        for block in self.module.get_functions().flat_map(|g| g.get_basic_block_iter()) {
            let callee = |i: &InstructionValue<'ctx>| i.get_num_operands().checked_sub(1).filter(|_| i.get_opcode() == InstructionOpcode::Call);
            let calls_f = |i: &InstructionValue<'ctx>| callee(i).and_then(|n| i.get_operand(n)?.value()) == Some(pointer.into());
            for (n, call) in block.get_instructions().filter(calls_f).enumerate() {
                if form.is_exact(n)
                    && let Some(operand) = callee(&call)
                {
                    call.set_operand(operand, sqrt);
                }
            }
        }
        Ok(())
    }

    /// Declaration of an intrinsic for vector types, and of those without any.
    fn overload(&self, name: &str, types: &[inkwell::types::BasicTypeEnum<'ctx>]) -> Result<FunctionValue<'ctx>> {
        Ok(Intrinsic::find(name).and_then(|i| i.get_declaration(&self.module, types)).ok_or("no such intrinsic")?)
    }

    fn call_intrinsic(&self, name: &str, types: &[inkwell::types::BasicTypeEnum<'ctx>], args: &[BasicValueEnum<'ctx>]) -> Result<BasicValueEnum<'ctx>> {
        let f = self.overload(name, types)?;
        let args: Vec<_> = args.iter().map(|a| (*a).into()).collect();
        Ok(self.builder.build_direct_call(f, &args, "")?.try_as_basic_value().basic().ok_or("intrinsic without value")?)
    }

    /// A register with `c` in all lanes.
    fn splat(&self, like: VectorValue<'ctx>, c: f64) -> VectorValue<'ctx> {
        let c = like.get_type().get_element_type().into_float_type().const_float(c);
        VectorType::const_vector(&vec![c; like.get_type().get_size() as usize])
    }

    fn fma(&self, a: VectorValue<'ctx>, b: VectorValue<'ctx>, c: VectorValue<'ctx>) -> Result<VectorValue<'ctx>> {
        Ok(self.call_intrinsic("llvm.fma", &[a.get_type().as_basic_type_enum()], &[a.into(), b.into(), c.into()])?.into_vector_value())
    }

    /// With `y` near `1 / sqrt(x)`: `g = x y` nears the root and `h = y / 2`
    /// half its inverse; a step multiplies the right digits of both by two.
    fn newton(&self, x: VectorValue<'ctx>, ty: Ty, estimate: &str, mask: Ty) -> Result<VectorValue<'ctx>> {
        let b = &self.builder;
        let zero = self.splat(x, 0.0);
        let half = self.splat(x, 0.5);
        let mask = self.ty.int(mask).const_all_ones();
        let estimate = self.call_intrinsic(estimate, &[], &[x.into(), zero.into(), mask.into()])?.into_vector_value();
        // 0 has no inverse root; with 0 in its place every step gives 0.
        let some = b.build_float_compare(FloatPredicate::UNE, x, zero, "")?;
        let y = b.build_select(some, estimate, zero, "")?.into_vector_value();
        let mut g = b.build_float_mul(x, y, "")?;
        let mut h = b.build_float_mul(y, half, "")?;
        if ty == Ty::F64 {
            let error = self.fma(b.build_float_neg(h, "")?, g, half)?;
            g = self.fma(g, error, g)?;
            h = self.fma(h, error, h)?;
        }
        self.last_step(x, g, h)
    }

    fn last_step(&self, x: VectorValue<'ctx>, g: VectorValue<'ctx>, h: VectorValue<'ctx>) -> Result<VectorValue<'ctx>> {
        let rest = self.fma(self.builder.build_float_neg(g, "")?, g, x)?;
        self.fma(rest, h, g)
    }

    /// The bits of doubles as integers.
    fn bits(&self, x: VectorValue<'ctx>) -> Result<VectorValue<'ctx>> {
        let ty = self.ty.int(Ty::I64).vec_type(x.get_type().get_size());
        Ok(self.builder.build_bit_cast(x, ty, "")?.into_vector_value())
    }

    fn splat_bits(&self, like: VectorValue<'ctx>, c: u64) -> VectorValue<'ctx> {
        VectorType::const_vector(&vec![self.ty.int(Ty::I64).const_int(c, false); like.get_type().get_size() as usize])
    }

    /// The body of `f`: the processor's roots of `x` if the bits of one of
    /// them do not give an estimate, else roots by a polynomial and a step.
    fn from_exponent(&self, f: FunctionValue<'ctx>, x: VectorValue<'ctx>) -> Result<VectorValue<'ctx>> {
        let b = &self.builder;
        let types = [x.get_type().as_basic_type_enum()];
        let bits = self.bits(x)?;
        let halved = b.build_right_shift(bits, self.splat_bits(bits, 1), false, "")?;
        let estimate = |magic| -> Result<VectorValue<'ctx>> {
            let y = b.build_int_sub(self.splat_bits(bits, magic), halved, "")?;
            Ok(b.build_bit_cast(y, x.get_type(), "")?.into_vector_value())
        };
        // `y` and, with an exponent one less, its half.
        let (y, half) = (estimate(MAGIC)?, estimate(MAGIC - (1 << 52))?);
        let g = b.build_float_mul(x, y, "")?;
        let e = self.fma(b.build_float_neg(g, "")?, y, self.splat(x, 1.0))?;

        let size = self.call_intrinsic("llvm.fabs", &types, &[e.into()])?.into_vector_value();
        let odd = b.build_float_compare(FloatPredicate::UGE, size, self.splat(x, LARGEST_ERROR), "")?;
        let any = self.call_intrinsic("llvm.vector.reduce.or", &[odd.get_type().as_basic_type_enum()], &[odd.into()])?.into_int_value();
        let (rare, usual) = (self.context.append_basic_block(f, "rare"), self.context.append_basic_block(f, "usual"));
        self.branch(any, rare, usual, Some(true))?;
        b.position_at_end(rare);
        b.build_return(Some(&self.call_intrinsic("llvm.sqrt", &types, &[x.into()])?))?;
        b.position_at_end(usual);

        // By pairs: half the length of Horner's chain, which is what the
        // processor would wait for.
        let square = b.build_float_mul(e, e, "")?;
        let pair = |n: usize| self.fma(self.splat(x, CORRECTION[n + 1]), e, self.splat(x, CORRECTION[n]));
        let p = self.fma(self.fma(pair(4)?, square, pair(2)?)?, square, pair(0)?)?;
        self.last_step(x, b.build_float_mul(g, p, "")?, b.build_float_mul(half, p, "")?)
    }
}
