//! Constant folding, simple algebra, constant branches.

use super::Replacements;
use crate::lir::analysis::Cfg;
use crate::lir::op::{Cc, Op};
use crate::lir::{Aux, Func, Inst, InstData, Target, Ty, Value};
use crate::lower::constant::sign_extended;

/// What an instruction comes to.
enum Simple {
    /// This value.
    Value(Value),
    /// An integer constant of the result's type.
    Int(i64),
    /// A float constant, as the bits `fconst` has.
    Float(i64),
    /// The same with another operation.
    Rewrite(Op, Vec<Value>, Aux),
}

/// Runs the pass.
pub fn run(f: &mut Func) -> bool {
    let cfg = Cfg::new(f);
    let defs = super::definitions(f);
    let mut to = Replacements::new(f);
    let mut any = false;
    for &b in &cfg.rpo {
        for i in f.blocks[b.index()].insts.clone() {
            f.insts[i.index()].map_uses(|v| to.find(v));
            if f.insts[i.index()].op == Op::Brif {
                any |= fold_branch(f, &defs, i);
                continue;
            }
            if f.insts[i.index()].results.len() != 1 {
                continue;
            }
            let ctx = Facts { f, defs: &defs };
            let Some(s) = ctx.simplify(&f.insts[i.index()]) else { continue };
            any = true;
            let inst = &mut f.insts[i.index()];
            let r = inst.results[0];
            let ty = f.values[r.index()];
            match s {
                Simple::Value(v) => to.replace(r, v),
                Simple::Int(c) => *inst = constant(Op::Iconst, ty, sign_extended(c, ty), r, inst.site),
                Simple::Float(bits) => *inst = constant(Op::Fconst, ty, bits, r, inst.site),
                Simple::Rewrite(op, args, aux) => {
                    inst.op = op;
                    inst.args = args;
                    inst.aux = aux;
                }
            }
        }
    }
    if any {
        to.apply(f);
    }
    any
}

fn constant(op: Op, ty: Ty, imm: i64, r: Value, site: u32) -> InstData {
    InstData { op, ty, args: vec![], imm, aux: Aux::None, results: vec![r], site }
}

/// `brif` on a constant, on a negation, or with equal sides.
fn fold_branch(f: &mut Func, defs: &[Option<Inst>], i: Inst) -> bool {
    let inst = &f.insts[i.index()];
    let c = inst.args[0];
    let Aux::Targets(ts) = inst.aux.clone() else { return false };
    let taken = match super::int_const(f, defs, c) {
        Some(v) => Some(usize::from(v & 1 == 0)),
        None if ts[0] == ts[1] => Some(0),
        None => None,
    };
    if let Some(n) = taken {
        let t: Target = ts[n].clone();
        let inst = &mut f.insts[i.index()];
        inst.op = Op::Jump;
        inst.args.clear();
        inst.aux = Aux::Targets(vec![t]);
        return true;
    }
    let facts = Facts { f, defs };
    if let Some(x) = facts.negated(c) {
        let [a, b] = &ts[..] else { return false };
        let swapped = vec![b.clone(), a.clone()];
        let inst = &mut f.insts[i.index()];
        inst.args[0] = x;
        inst.aux = Aux::Targets(swapped);
        return true;
    }
    false
}

struct Facts<'a> {
    f: &'a Func,
    defs: &'a [Option<Inst>],
}

impl Facts<'_> {
    fn def(&self, v: Value) -> Option<&InstData> {
        self.defs[v.index()].map(|i| &self.f.insts[i.index()])
    }
    fn int(&self, v: Value) -> Option<i64> {
        self.def(v).filter(|i| i.op == Op::Iconst).map(|i| i.imm)
    }
    fn float(&self, v: Value) -> Option<f64> {
        let i = self.def(v).filter(|i| i.op == Op::Fconst)?;
        Some(if i.ty == Ty::F32 { f64::from(f32::from_bits(i.imm as u32)) } else { f64::from_bits(i.imm as u64) })
    }
    /// The i1 value that `v` is the negation of.
    fn negated(&self, v: Value) -> Option<Value> {
        let i = self.def(v)?;
        if i.op != Op::Xor || i.ty != Ty::I1 {
            return None;
        }
        match (self.int(i.args[0]), self.int(i.args[1])) {
            (_, Some(c)) if c & 1 != 0 => Some(i.args[0]),
            (Some(c), _) if c & 1 != 0 => Some(i.args[1]),
            _ => None,
        }
    }

    fn simplify(&self, i: &InstData) -> Option<Simple> {
        match &i.args[..] {
            [a] => self.unary(i, *a),
            [a, b] => self.binary(i, *a, *b),
            [c, a, b] if i.op == Op::Select => self.select(*c, *a, *b),
            _ => None,
        }
    }

    fn unary(&self, i: &InstData, a: Value) -> Option<Simple> {
        let from = self.f.ty(a);
        if let Some(v) = self.int(a) {
            let unsigned = (v as u64) & (u64::MAX >> (64 - from.bits().max(1)));
            return Some(match i.op {
                Op::Sext => Simple::Int(if from == Ty::I1 { -(v & 1) } else { v }),
                Op::Zext => Simple::Int(unsigned as i64),
                Op::Itrunc => Simple::Int(v),
                Op::Sitofp if from != Ty::I1 => return float(i.ty, v as f64, v as f32),
                Op::Uitofp => return float(i.ty, unsigned as f64, unsigned as f32),
                _ => return None,
            });
        }
        if let Some(x) = self.float(a) {
            return match i.op {
                Op::Fneg => float(i.ty, -x, -x as f32),
                Op::Fpcast => float(i.ty, x, x as f32),
                _ => None,
            };
        }
        None
    }

    fn binary(&self, i: &InstData, a: Value, b: Value) -> Option<Simple> {
        let ty = self.f.ty(a);
        if ty.is_float() {
            return self.float_binary(i, a, b);
        }
        let (x, y) = (self.int(a), self.int(b));
        if let (Some(x), Some(y)) = (x, y) {
            return int_binary(i, ty, x, y).map(Simple::Int);
        }
        if i.op == Op::Icmp && a == b {
            let Aux::Cc(cc) = i.aux else { return None };
            return Some(Simple::Int(i64::from(matches!(cc, Cc::Eq | Cc::Sle | Cc::Sge | Cc::Ule | Cc::Uge))));
        }
        let zero = |v: Option<i64>| v == Some(0);
        let one = |v: Option<i64>| v.is_some_and(|v| if ty == Ty::I1 { v & 1 == 1 } else { v == 1 });
        let ones = |v: Option<i64>| v.is_some_and(|v| if ty == Ty::I1 { v & 1 == 1 } else { v == -1 });
        Some(match i.op {
            Op::Iadd | Op::Or | Op::Xor if zero(y) => Simple::Value(a),
            Op::Iadd | Op::Or | Op::Xor if zero(x) => Simple::Value(b),
            Op::Isub | Op::Shl | Op::Ashr | Op::Lshr if zero(y) => Simple::Value(a),
            Op::Isub if a == b => Simple::Int(0),
            Op::Imul if one(y) => Simple::Value(a),
            Op::Imul if one(x) => Simple::Value(b),
            Op::Imul | Op::And if zero(x) || zero(y) => Simple::Int(0),
            Op::And if ones(y) || a == b => Simple::Value(a),
            Op::And if ones(x) => Simple::Value(b),
            Op::Or if a == b => Simple::Value(a),
            Op::Or if ones(x) || ones(y) => Simple::Int(-1),
            Op::Sdiv | Op::Udiv if one(y) => Simple::Value(a),
            Op::PtrAdd | Op::PtrIndex if zero(y) && self.f.ty(a) == Ty::Ptr => Simple::Value(a),
            Op::Xor if ty == Ty::I1 && one(y) => return self.negate(a),
            Op::SaddO | Op::SsubO if zero(y) => Simple::Int(0),
            Op::SmulO if zero(x) || zero(y) || one(y) => Simple::Int(0),
            Op::Icmp if matches!(i.aux, Aux::Cc(Cc::Ne)) && zero(y) => {
                // ne(zext(c), 0) is c.
                let d = self.def(a).filter(|d| d.op == Op::Zext && self.f.ty(d.args[0]) == Ty::I1)?;
                Simple::Value(d.args[0])
            }
            _ => return None,
        })
    }

    /// not(comparison) is the opposite comparison, not(not(x)) is x.
    fn negate(&self, a: Value) -> Option<Simple> {
        if let Some(x) = self.negated(a) {
            return Some(Simple::Value(x));
        }
        let d = self.def(a)?;
        let Aux::Cc(cc) = d.aux else { return None };
        // `Rewrite` keeps the i1 type of the xor; comparisons carry the type
        // of their operands there, so only i1 comparisons could be rewritten
        // in place.
        (self.f.ty(d.args[0]) == Ty::I1).then(|| Simple::Rewrite(d.op, d.args.clone(), Aux::Cc(cc.negated())))
    }

    fn float_binary(&self, i: &InstData, a: Value, b: Value) -> Option<Simple> {
        let (x, y) = (self.float(a)?, self.float(b)?);
        let (xs, ys) = (x as f32, y as f32);
        match i.op {
            Op::Fadd => float(i.ty, x + y, xs + ys),
            Op::Fsub => float(i.ty, x - y, xs - ys),
            Op::Fmul => float(i.ty, x * y, xs * ys),
            Op::Fdiv => float(i.ty, x / y, xs / ys),
            Op::Fcmp => {
                let Aux::Cc(cc) = i.aux else { return None };
                Some(Simple::Int(i64::from(match cc {
                    Cc::Oeq => x == y,
                    Cc::Une => x != y,
                    Cc::Olt => x < y,
                    Cc::Ole => x <= y,
                    Cc::Ogt => x > y,
                    Cc::Oge => x >= y,
                    Cc::Nolt => !matches!(x.partial_cmp(&y), Some(std::cmp::Ordering::Less)),
                    _ => return None,
                })))
            }
            _ => None,
        }
    }

    fn select(&self, c: Value, a: Value, b: Value) -> Option<Simple> {
        if a == b {
            return Some(Simple::Value(a));
        }
        if let Some(v) = self.int(c) {
            return Some(Simple::Value(if v & 1 != 0 { a } else { b }));
        }
        if self.f.ty(a) == Ty::I1 {
            match (self.int(a), self.int(b)) {
                (Some(1), Some(0)) => return Some(Simple::Value(c)),
                // c ? x : false
                (None, Some(0)) => return Some(Simple::Rewrite(Op::And, vec![c, a], Aux::None)),
                (Some(1), None) => return Some(Simple::Rewrite(Op::Or, vec![c, b], Aux::None)),
                _ => {}
            }
        }
        self.negated(c).map(|x| Simple::Rewrite(Op::Select, vec![x, b, a], Aux::None))
    }
}

fn float(ty: Ty, wide: f64, single: f32) -> Option<Simple> {
    // NaN payloads are the hardware's business.
    let bits = if ty == Ty::F32 {
        (!single.is_nan()).then(|| i64::from(single.to_bits()))
    } else {
        (!wide.is_nan()).then_some(wide.to_bits() as i64)
    };
    bits.map(Simple::Float)
}

/// Both operands constant.
fn int_binary(i: &InstData, ty: Ty, x: i64, y: i64) -> Option<i64> {
    // Constants may have any upper bits; a set i1 is -1 where signs count.
    let shift = 64 - ty.bits();
    let (x, y) = (x << shift >> shift, y << shift >> shift);
    let bits = ty.bits();
    let mask = u64::MAX >> (64 - bits);
    let (ux, uy) = (x as u64 & mask, y as u64 & mask);
    let count = (y as u32) & (bits - 1).max(1);
    let fits = |v: i128| i128::from((v as i64) << shift >> shift) == v;
    Some(match i.op {
        Op::Iadd => x.wrapping_add(y),
        Op::Isub => x.wrapping_sub(y),
        Op::Imul => x.wrapping_mul(y),
        Op::And => x & y,
        Op::Or => x | y,
        Op::Xor => x ^ y,
        Op::Sdiv if y != 0 && y != -1 => x / y,
        Op::Udiv if uy != 0 => (ux / uy) as i64,
        Op::Srem if y != 0 && y != -1 => x % y,
        Op::Urem if uy != 0 => (ux % uy) as i64,
        Op::Shl => x.wrapping_shl(count),
        Op::Ashr => x.wrapping_shr(count),
        Op::Lshr => (ux >> count) as i64,
        Op::SaddO => i64::from(!fits(x as i128 + y as i128)),
        Op::SsubO => i64::from(!fits(x as i128 - y as i128)),
        Op::SmulO => i64::from(!fits(x as i128 * y as i128)),
        Op::Icmp => {
            let Aux::Cc(cc) = i.aux else { return None };
            i64::from(match cc {
                Cc::Eq => ux == uy,
                Cc::Ne => ux != uy,
                Cc::Slt => x < y,
                Cc::Sle => x <= y,
                Cc::Sgt => x > y,
                Cc::Sge => x >= y,
                Cc::Ult => ux < uy,
                Cc::Ule => ux <= uy,
                Cc::Ugt => ux > uy,
                Cc::Uge => ux >= uy,
                _ => return None,
            })
        }
        _ => return None,
    })
}
