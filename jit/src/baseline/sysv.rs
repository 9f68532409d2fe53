//! Where the System V x86-64 calling convention puts arguments.

use super::moves::Place;
use super::regalloc::{RCX, RDI, RDX, RSI};
use crate::lir::Ty;

const INTEGER: [u8; 6] = [RDI, RSI, RDX, RCX, 8, 9];

/// Registers, or byte offsets in the argument area (`Place::Stack`), and the
/// size of that area.
pub fn arguments(tys: impl IntoIterator<Item = Ty>) -> (Vec<Place>, i32) {
    let (mut ints, mut floats, mut stack) = (0, 0, 0);
    let places = tys
        .into_iter()
        .map(|t| {
            if t.is_float() && floats < 8 {
                floats += 1;
                Place::Xmm(floats - 1)
            } else if !t.is_float() && ints < INTEGER.len() {
                ints += 1;
                Place::Gpr(INTEGER[ints - 1])
            } else {
                stack += 8;
                Place::Stack(stack - 8)
            }
        })
        .collect();
    (places, stack)
}

/// The same for a function of ours: context, parameters, result pointer.
pub fn native(params: &[Ty]) -> (Vec<Place>, i32) {
    arguments(std::iter::once(Ty::Ptr).chain(params.iter().copied()).chain([Ty::Ptr]))
}
