//! Square roots with approximations allowed: an estimate of `1 / sqrt(x)` and
//! Newton steps by fused multiply-adds, in registers of 256 and 512 bits.
//!
//! The processor's exact root is one unit that takes about one element a
//! cycle; the steps run on all of them. Of several roots in one block every
//! second one is the processor's: neither unit waits for the other, and where
//! somebody else uses the multipliers (the core's other thread), less is lost.
//! The result is within 1 ulp (half an ulp
//! plus rounding of the last correction), zero gives zero, and numbers below 0
//! give nan; infinities must not occur (`ninf`), and below 2^-1020 only half
//! the digits are right.
//!
//! A scalar call is emitted first, with vector forms for the vectoriser; all of
//! them get their bodies afterwards and are inlined. A call that stayed scalar
//! is the processor's root.

use super::assemble::Assembly;
use super::error::Result;
use super::types::fast_math;
use crate::lir::{FastMath, Ty};
use inkwell::FloatPredicate;
use inkwell::attributes::{Attribute, AttributeLoc};
use inkwell::basic_block::BasicBlock;
use inkwell::intrinsics::Intrinsic;
use inkwell::module::Linkage;
use inkwell::types::{BasicType, VectorType};
use inkwell::values::{AnyValueEnum, BasicValue, BasicValueEnum, FunctionValue, VectorValue};

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
    estimate: &'static str,
    /// Width of the estimate's mask.
    mask: u32,
}

const FORMS: [Form; 4] = [
    Form { ty: Ty::F64, lanes: 8, letter: 'e', estimate: "llvm.x86.avx512.rsqrt14.pd.512", mask: 8 },
    Form { ty: Ty::F64, lanes: 4, letter: 'd', estimate: "llvm.x86.avx512.rsqrt14.pd.256", mask: 8 },
    Form { ty: Ty::F32, lanes: 16, letter: 'e', estimate: "llvm.x86.avx512.rsqrt14.ps.512", mask: 16 },
    Form { ty: Ty::F32, lanes: 8, letter: 'd', estimate: "llvm.x86.avx512.rsqrt14.ps.256", mask: 8 },
];

impl<'ctx> Assembly<'ctx> {
    /// The function to call for an approximate root, and the attribute for the
    /// call; `None` where the processor has no estimate good enough.
    pub fn approximate_root(&mut self, ty: Ty) -> Option<(FunctionValue<'ctx>, Attribute)> {
        if !self.features.avx512 {
            return None;
        }
        if let Some(r) = self.roots.0.iter().find(|r| r.ty == ty) {
            return Some((r.scalar, r.variants));
        }
        let name = format!("root.{}", ty.text());
        let element = self.ty.of(ty).into_float_type();
        let scalar = self.pure_function(&name, element.fn_type(&[element.into()], false));
        let mut mappings = Vec::new();
        let mut vectors = Vec::new();
        for form in FORMS.iter().filter(|f| f.ty == ty) {
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
            for (f, _) in &root.vectors {
                self.share_out(*f)?;
            }
            let functions = root.vectors.iter().map(|(f, form)| (*f, Some(*form))).chain([(root.scalar, None)]);
            for (f, form) in functions {
                f.set_linkage(Linkage::Internal);
                f.add_attribute(AttributeLoc::Function, inline);
                self.builder.position_at_end(self.context.append_basic_block(f, "entry"));
                let x = f.get_first_param().ok_or("parameter of a root")?;
                let y = match form {
                    None => self.call_intrinsic("llvm.sqrt", &[x.get_type()], &[x])?,
                    Some(form) => self.newton(x.into_vector_value(), form)?.into(),
                };
                if let Some(i) = y.as_instruction_value().filter(|i| i.can_use_fast_math_flags()) {
                    i.set_fast_math_flags(fast_math(FastMath::FAST))?;
                }
                self.builder.build_return(Some(&y))?;
            }
        }
        Ok(!self.roots.0.is_empty())
    }

    /// Makes every second call of `f` in a block the processor's root.
    fn share_out(&self, f: FunctionValue<'ctx>) -> Result<()> {
        let pointer = f.as_global_value().as_pointer_value();
        let mut seen: Vec<(BasicBlock<'ctx>, usize)> = Vec::new();
        let mut exact = Vec::new();
        let mut next = pointer.get_first_use();
        while let Some(one) = next {
            next = one.get_next_use();
            let AnyValueEnum::VectorValue(user) = one.get_user() else { continue };
            let Some((call, block)) = user.as_instruction().and_then(|call| Some((call, call.get_parent()?))) else { continue };
            match seen.iter_mut().find(|(b, _)| *b == block) {
                Some((_, calls)) => {
                    *calls += 1;
                    if *calls % 2 == 0 {
                        exact.push(call);
                    }
                }
                None => seen.push((block, 1)),
            }
        }
        let vector = f.get_type().get_return_type().ok_or("result of a root")?;
        let sqrt = self.overload("llvm.sqrt", &[vector])?;
        for call in exact {
            let callee = call.get_num_operands() - 1;
            call.set_operand(callee, sqrt.as_global_value().as_pointer_value());
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

    /// With `y` near `1 / sqrt(x)`: `g = x y` nears the root and `h = y / 2`
    /// half its inverse; a step multiplies the right digits of both by two.
    fn newton(&self, x: VectorValue<'ctx>, form: &Form) -> Result<VectorValue<'ctx>> {
        let b = &self.builder;
        let vector: VectorType<'ctx> = x.get_type();
        let splat = |c: f64| {
            let c = self.ty.of(form.ty).into_float_type().const_float(c);
            VectorType::const_vector(&vec![c; form.lanes as usize])
        };
        let fma = |a: VectorValue<'ctx>, b: VectorValue<'ctx>, c: VectorValue<'ctx>| -> Result<VectorValue<'ctx>> {
            Ok(self.call_intrinsic("llvm.fma", &[vector.as_basic_type_enum()], &[a.into(), b.into(), c.into()])?.into_vector_value())
        };
        let zero = splat(0.0);
        let mask = if form.mask == 8 { self.ty.i8 } else { self.ty.int(Ty::I16) }.const_all_ones();
        let estimate = self.call_intrinsic(form.estimate, &[], &[x.into(), zero.into(), mask.into()])?.into_vector_value();
        // 0 has no inverse root; with 0 in its place every step gives 0.
        let some = b.build_float_compare(FloatPredicate::UNE, x, zero, "")?;
        let y = b.build_select(some, estimate, zero, "")?.into_vector_value();
        let mut g = b.build_float_mul(x, y, "")?;
        let mut h = b.build_float_mul(y, splat(0.5), "")?;
        if form.ty == Ty::F64 {
            let error = fma(b.build_float_neg(h, "")?, g, splat(0.5))?;
            g = fma(g, error, g)?;
            h = fma(h, error, h)?;
        }
        let rest = fma(b.build_float_neg(g, "")?, g, x)?;
        fma(rest, h, g)
    }
}
