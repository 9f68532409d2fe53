//! Parallel moves: all sources are read before any destination is written.

use super::regalloc::{Loc, RAX, XMM_SCRATCH};

/// A place or a constant that can be moved from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source<C> {
    Place(Place),
    Const(C),
}

/// A place that holds 8 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    Gpr(u8),
    Xmm(u8),
    /// Byte offset from the stack pointer.
    Stack(i32),
}

impl Place {
    /// A register or slot as a place; `slot` gives the offset of a spill slot.
    pub fn of(loc: Loc, slot: impl Fn(u32) -> i32) -> Option<Place> {
        match loc {
            Loc::Gpr(r) => Some(Place::Gpr(r)),
            Loc::Xmm(r) => Some(Place::Xmm(r)),
            Loc::Slot(n) => Some(Place::Stack(slot(n))),
            Loc::None | Loc::Const => None,
        }
    }
}

/// Orders moves so that each can be done on its own. Cycles go through rax or
/// the scratch vector register, which are never sources or destinations.
/// Constants come last, when rax is free for them.
pub fn order<C: Copy>(moves: &[(Place, Source<C>)]) -> Vec<(Place, Source<C>)> {
    let mut out = Vec::with_capacity(moves.len() + 1);
    let mut pending: Vec<(Place, Place)> = moves
        .iter()
        .filter_map(|(d, s)| match s {
            Source::Place(s) if s != d => Some((*d, *s)),
            _ => None,
        })
        .collect();
    while !pending.is_empty() {
        let ready = pending.iter().position(|(d, _)| !pending.iter().any(|(_, s)| s == d));
        match ready {
            Some(k) => {
                let (d, s) = pending.swap_remove(k);
                out.push((d, Source::Place(s)));
            }
            None => {
                let blocked = pending[0].1;
                let float = matches!(blocked, Place::Xmm(_));
                let temp = if float { Place::Xmm(XMM_SCRATCH) } else { Place::Gpr(RAX) };
                out.push((temp, Source::Place(blocked)));
                for (_, s) in &mut pending {
                    if *s == blocked {
                        *s = temp;
                    }
                }
            }
        }
    }
    out.extend(moves.iter().filter(|(_, s)| matches!(s, Source::Const(_))));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    /// Every permutation with duplicates of four registers and two slots.
    #[test]
    fn ordered_moves_do_what_parallel_ones_do() {
        let places = [Place::Gpr(6), Place::Gpr(7), Place::Stack(0), Place::Stack(8), Place::Xmm(1)];
        for code in 0..places.len().pow(5) {
            let moves: Vec<_> = (0..5)
                .map(|k| (places[k], Source::<u8>::Place(places[code / places.len().pow(k as u32) % places.len()])))
                .collect();
            let mut state: HashMap<Place, usize> = places.iter().enumerate().map(|(n, p)| (*p, n)).collect();
            let before = state.clone();
            for (d, s) in order(&moves) {
                let Source::Place(s) = s else { unreachable!("no constants") };
                let x = state[&s];
                state.insert(d, x);
            }
            for (d, s) in &moves {
                let Source::Place(s) = s else { unreachable!("no constants") };
                assert_eq!(state[d], before[s], "{moves:?}");
            }
        }
    }
}
