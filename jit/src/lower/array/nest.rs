//! Loop nests over arrays: counted loops with carried values, strip-mined
//! polls, and nests over several dimensions.

use crate::lir::op::{Cc, Op};
use crate::lir::{Aux, Ty, Value};
use crate::lower::Lowerer;

/// Iterations of an innermost loop between two looks at the poll word: long
/// enough that leaving the vector loop costs nothing, short enough (well below
/// a millisecond for a few elementary functions) to stop in time.
const STRIP: i64 = 1 << 15;

/// Carried values after, or at the end of, an iteration.
pub type Carried = Vec<Value>;

impl Lowerer<'_> {
    /// `for i in 0..n`, carrying values. `innermost` loops poll once a strip,
    /// the others at every iteration.
    pub fn counted_loop(
        &mut self,
        n: Value,
        carried: &[Value],
        innermost: bool,
        body: &mut dyn FnMut(&mut Self, Value, &[Value]) -> Carried,
    ) -> Carried {
        let zero = self.i64(0);
        if innermost {
            let strip = self.i64(STRIP);
            self.loop_from(zero, n, carried, true, &mut |l, start, outer| {
                let rest = l.b.binary(Op::Isub, n, start);
                let short = l.b.icmp(Cc::Slt, rest, strip);
                let length = l.b.select(short, rest, strip);
                let end = l.b.binary(Op::Iadd, start, length);
                let inner = l.loop_from(start, end, outer, false, &mut |l, i, c| {
                    let out = body(l, i, c);
                    (l.i64(1), out)
                });
                (strip, inner)
            })
        } else {
            self.loop_from(zero, n, carried, true, &mut |l, i, c| {
                let out = body(l, i, c);
                (l.i64(1), out)
            })
        }
    }

    /// `i = start; while i < end`; the body gives the step and the carried values.
    fn loop_from(
        &mut self,
        start: Value,
        end: Value,
        carried: &[Value],
        poll: bool,
        body: &mut dyn FnMut(&mut Self, Value, &[Value]) -> (Value, Carried),
    ) -> Carried {
        let (head, inside, after) = (self.b.new_block(), self.b.new_block(), self.b.new_block());
        let mut init = vec![start];
        init.extend(carried);
        self.b.jump(head, &init);

        self.b.switch_to(head);
        let i = self.b.func.add_param(head, Ty::I64);
        let params: Vec<Value> = carried.iter().map(|c| self.b.func.add_param(head, self.b.func.ty(*c))).collect();
        if poll {
            self.poll_here();
        }
        let more = self.b.icmp(Cc::Slt, i, end);
        self.b.brif(more, (inside, &[]), (after, &[]));

        self.b.switch_to(inside);
        let (step, mut next) = body(self, i, &params);
        let i = self.b.binary(Op::Iadd, i, step);
        next.insert(0, i);
        self.b.jump(head, &next);

        self.b.switch_to(after);
        params
    }

    /// Runs `body` at every point of `shape` (C order); `level` is called when
    /// a dimension's index is known, outermost first, and passes state inwards.
    pub fn nest<S: Clone>(
        &mut self,
        shape: &[Value],
        state: S,
        carried: &[Value],
        level: &dyn Fn(&mut Self, usize, Value, &S) -> S,
        body: &mut dyn FnMut(&mut Self, &S, &[Value]) -> Carried,
    ) -> Carried {
        self.nest_from(0, shape, state, carried, level, body)
    }

    fn nest_from<S: Clone>(
        &mut self,
        dim: usize,
        shape: &[Value],
        state: S,
        carried: &[Value],
        level: &dyn Fn(&mut Self, usize, Value, &S) -> S,
        body: &mut dyn FnMut(&mut Self, &S, &[Value]) -> Carried,
    ) -> Carried {
        if dim == shape.len() {
            return body(self, &state, carried);
        }
        let innermost = dim + 1 == shape.len();
        self.counted_loop(shape[dim], carried, innermost, &mut |l, i, c| {
            let inner = level(l, dim, i, &state);
            l.nest_from(dim + 1, shape, inner, c, level, body)
        })
    }

    /// Marks the current (loop header) block as a place to look at the poll word.
    pub(crate) fn poll_here(&mut self) {
        let number = (self.cfg.loops.len() + self.made_loops) as i64;
        self.made_loops += 1;
        self.b.push(Op::Poll, Ty::I1, &[], number, Aux::None, &[]);
    }
}
