//! 64-bit integers to doubles, whole registers at a time, where the processor
//! converts one at a time (before AVX-512).
//!
//! LLVM takes such vectors apart. Here the halves of each integer become the
//! low digits of two doubles that are exact: `2^52 + low half`, and, with the
//! sign's bit turned over, `2^84 + 2^63 + high half * 2^32`. The constants are
//! taken off the second, without rounding, and the sum rounds once, as the
//! processor's own conversion does.

use super::assemble::Assembly;
use super::error::Result;
use crate::lir::Ty;
use inkwell::types::{BasicTypeEnum, VectorType};
use inkwell::values::{AnyValue, InstructionOpcode, InstructionValue, VectorValue};

/// Bits of 2^52.
const LOW: u64 = 0x4330_0000_0000_0000;
/// Bits of 2^84 + 2^63.
const HIGH: u64 = 0x4530_0000_8000_0000;
/// 2^84 + 2^63 + 2^52.
const BOTH: u64 = 0x4530_0000_8010_0000;

impl<'ctx> Assembly<'ctx> {
    /// Spells out every conversion of a vector of 64-bit integers to doubles.
    pub fn convert_vectors(&self) -> Result<()> {
        if self.features.avx512 || !self.features.avx2 {
            return Ok(());
        }
        for f in self.module.get_functions() {
            for block in f.get_basic_block_iter() {
                let mut next = block.get_first_instruction();
                while let Some(i) = next {
                    next = i.get_next_instruction();
                    if i.get_opcode() == InstructionOpcode::SIToFP {
                        self.spell_out(i)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn spell_out(&self, conversion: InstructionValue<'ctx>) -> Result<()> {
        let operand = conversion.get_operand(0).and_then(|o| o.value());
        let Some(x) = operand.filter(|o| o.is_vector_value() && !o.into_vector_value().is_const()).map(|o| o.into_vector_value()) else { return Ok(()) };
        let integers = x.get_type();
        let wide = |t: BasicTypeEnum<'ctx>| matches!(t, BasicTypeEnum::IntType(t) if t.get_bit_width() == 64);
        let Ok(doubles) = VectorType::try_from(conversion.get_type()) else { return Ok(()) };
        if !wide(integers.get_element_type()) || doubles.get_element_type() != self.ty.of(Ty::F64) {
            return Ok(());
        }
        let b = &self.builder;
        b.position_before(&conversion);
        let splat = |bits: u64| VectorType::const_vector(&vec![self.ty.i64.const_int(bits, false); integers.get_size() as usize]);
        let double = |v: VectorValue<'ctx>| -> Result<VectorValue<'ctx>> { Ok(b.build_bit_cast(v, doubles, "")?.into_vector_value()) };
        let low = b.build_or(b.build_and(x, splat(0xffff_ffff), "")?, splat(LOW), "")?;
        let high = b.build_xor(b.build_right_shift(x, splat(32), false, "")?, splat(HIGH), "")?;
        let high = b.build_float_sub(double(high)?, double(splat(BOTH))?, "")?;
        let sum = b.build_float_add(high, double(low)?, "")?;
        conversion.replace_all_uses_with(&sum.as_any_value_enum().into_vector_value().as_instruction().ok_or("sum of halves")?);
        conversion.erase_from_basic_block();
        Ok(())
    }
}
