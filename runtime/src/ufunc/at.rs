//! `ufunc.at`: unbuffered in-place application at listed places, repeats included.
//!
//! # Unsafe contract
//! Addresses come from [`crate::index::Places`], which checked every index.

use super::call::check_flags;
use super::table::Ufunc;
use crate::array::Array;
use crate::cast::cast_fn;
use crate::dtype::{Casting, can_cast};
use crate::error::{Error, Result};
use crate::fpflags::{self, FpFlags};
use crate::index::{Index, Places};
use crate::iter::MAX_OPERANDS;
use crate::ufunc::call::Operand;

impl Ufunc {
    /// `ufunc.at(array, indices, values)`; `values` is needed by two-input functions only.
    ///
    /// # Errors
    /// Those of indexing, broadcasting and loop resolution.
    pub fn at(&self, array: &Array, indices: &[Index], values: Option<&Array>) -> Result<FpFlags> {
        array.check_writeable()?;
        if self.nout != 1 || self.nin > 2 {
            return Err(Error::value("Only unary and binary ufuncs supported at this time"));
        }
        let mut inputs = vec![Operand::Array(array)];
        match (values, self.nin) {
            (Some(values), 2) => inputs.push(Operand::Array(values)),
            (None, 2) => return Err(Error::value("second operand needed for ufunc")),
            (Some(_), 1) => return Err(Error::value("second operand provided when ufunc is unary")),
            _ => {}
        }
        let row = self.select(&inputs, None)?;
        let (own, result) = (array.dtype(), row.types[self.nin]);
        if !can_cast(result, own, Casting::SameKind) {
            return Err(Error::ufunc_type(format!(
                "Cannot cast ufunc '{}' output from dtype('{result}') to dtype('{own}') with casting rule 'same_kind'",
                self.name
            )));
        }
        let places = Places::new(array, indices)?;
        let values = match values {
            Some(values) => Some(values.cast_to(row.types[1])?.broadcast_to(places.shape())?),
            None => None,
        };
        let load = cast_fn(own, row.types[0]);
        let store = cast_fn(result, own);
        let mut soft = FpFlags::NONE;
        let ((), hard) = fpflags::watch(|| {
            let mut room = [[0u128; 1]; 2];
            let (a, r) = room.split_at_mut(1);
            let (a, r) = (a[0].as_mut_ptr().cast::<u8>(), r[0].as_mut_ptr().cast::<u8>());
            places.for_each_with(values.as_ref(), |place, value| {
                let mut args = [std::ptr::null_mut(); MAX_OPERANDS];
                args[0] = a;
                args[1] = if self.nin == 2 { value } else { r };
                args[2] = r;
                // SAFETY: `place` and `value` are one element each; the rooms hold any element.
                unsafe {
                    load(place, 0, a, 0, 1);
                    soft |= (row.run)(&args, 1, &[0; MAX_OPERANDS]);
                    store(r, 0, place, 0, 1);
                }
            });
        });
        check_flags(if self.watches { soft | hard } else { soft })
    }
}
