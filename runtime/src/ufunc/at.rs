//! `ufunc.at`: unbuffered in-place application at listed places, repeats included.
//!
//! # Unsafe contract
//! Addresses come from [`crate::index::Places`], which checked every index.

use super::call::check_flags;
use super::table::Ufunc;
use crate::array::Array;
use crate::cast::cast_fn;
use crate::error::{Error, Result};
use crate::fpflags::{self, FpFlags};
use crate::index::{Index, Places};
use crate::iter::MAX_OPERANDS;
use crate::ufunc::call::Operand;

impl Ufunc {
    /// `ufunc.at(array, indices, values)`; `values` is needed by two-input functions only.
    /// Results are converted to the array's type whatever is lost, as NumPy does here.
    ///
    /// The answer says besides the conditions met whether anything had to be converted.
    ///
    /// # Errors
    /// Those of indexing, broadcasting and loop resolution.
    pub fn at(&self, array: &Array, indices: &[Index], values: Option<&Array>) -> Result<(FpFlags, bool)> {
        if self.nin > 2 {
            return Err(Error::value("Only unary and binary ufuncs supported at this time"));
        }
        if self.nout != 1 {
            return Err(Error::value("Only single output ufuncs supported at this time"));
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
        array.check_writeable()?;
        let places = Places::new(array, indices)?;
        let converts = own != row.types[0]
            || own != result
            || values.is_some_and(|values| values.dtype() != row.types[1]);
        let values = match values {
            Some(values) => Some(
                values
                    .cast_to(row.types[1])?
                    .broadcast_to(places.shape())
                    .map_err(|_| Error::value("array is not broadcastable to correct shape"))?,
            ),
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
        let flags = check_flags(if self.watches { soft | hard } else { soft })?;
        Ok((flags, converts))
    }
}
