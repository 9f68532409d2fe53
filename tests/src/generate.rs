//! Random LIR programs that verify, terminate and mean the same everywhere.
//!
//! Left out is what engines may answer differently: the bits of a NaN (so no
//! reinterpretation of floats, and signs are copied from numbers only),
//! conversions of floats that do not fit, divisions that lowering would guard.

use crate::engine::Arg;
use taipan_jit::lir::op::{Cc, Op};
use taipan_jit::lir::{Aux, Builder, Func, FuncId, Module, Signature, Ty, Value};
use taipan_jit::symbols;
use taipan_runtime::trap::TrapKind;

/// SplitMix64: small, seedable, good enough to choose.
pub struct Rng(u64);

impl Rng {
    /// A stream of its own for each seed.
    pub fn new(seed: u64) -> Rng {
        Rng(seed)
    }
    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }
    /// Below `n`, which is not 0.
    pub fn below(&mut self, n: usize) -> usize {
        (self.bits() % n as u64) as usize
    }
    /// True once in `n`.
    pub fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
    /// One of these.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

const SCALARS: [Ty; 9] = [Ty::I64, Ty::F64, Ty::I64, Ty::I32, Ty::I8, Ty::I16, Ty::I1, Ty::F32, Ty::F64];
const INTS: [Ty; 4] = [Ty::I8, Ty::I16, Ty::I32, Ty::I64];
/// Words of the array that every program gets first.
const WORDS: usize = 16;

/// An interesting number of a type.
fn number(rng: &mut Rng, ty: Ty) -> i64 {
    let x = match rng.below(5) {
        0 => rng.below(5) as i64 - 2,
        1 => i64::MAX >> (64 - ty.bits().max(8)),
        2 => i64::MIN >> (64 - ty.bits().max(8)),
        3 => rng.bits() as i32 as i64,
        _ => rng.bits() as i64,
    };
    let unused = 64 - ty.bits();
    x << unused >> unused
}

fn real(rng: &mut Rng) -> f64 {
    match rng.below(8) {
        0 => 0.0,
        1 => -0.0,
        2 => f64::INFINITY,
        3 => f64::NAN,
        4 => rng.below(100) as f64 / 8.0 - 5.0,
        5 => (rng.bits() as i64 as f64) * 1e-12,
        6 => 1.5e300,
        _ => rng.below(7) as f64,
    }
}

/// Arguments for a function with that signature, whose first is the array.
pub fn arguments(rng: &mut Rng, sig: &Signature) -> Vec<Arg> {
    sig.params
        .iter()
        .map(|t| match t {
            Ty::Ptr => Arg::Array(Ty::I64, (0..WORDS).flat_map(|_| (rng.below(1000) as u64).to_le_bytes()).collect()),
            Ty::F64 => Arg::Scalar(real(rng).to_bits()),
            Ty::F32 => Arg::Scalar(u64::from((real(rng) as f32).to_bits())),
            t => Arg::Scalar(number(rng, *t) as u64),
        })
        .collect()
}

/// A module of a few functions; function 0 takes an array of words and some
/// scalars.
pub fn module(rng: &mut Rng) -> Module {
    let mut m = Module::default();
    let count = 1 + rng.below(3);
    let signatures: Vec<Signature> = (0..count)
        .map(|_| {
            let params = std::iter::once(Ty::Ptr).chain((0..rng.below(10)).map(|_| rng.pick(&SCALARS))).collect();
            Signature { params, results: (0..1 + rng.below(4)).map(|_| rng.pick(&SCALARS)).collect() }
        })
        .collect();
    m.funcs = signatures.iter().enumerate().map(|(n, s)| Func::new(format!("f{n}"), s)).collect();
    for n in 0..count {
        let func = Func::new(format!("f{n}"), &signatures[n]);
        let base = func.blocks[0].params[0];
        let values = func.blocks[0].params[1..].to_vec();
        let budget = 20 + rng.below(60);
        let mut g = Generator { b: Builder::new(&mut m, func), rng, values, base, budget, loops: 0, callees: &signatures, number: n };
        g.statements(3);
        let results: Vec<Value> = signatures[n].results.iter().map(|t| g.value(*t)).collect();
        g.b.ret(&results);
        let func = g.b.finish();
        m.funcs[n] = func;
    }
    m
}

struct Generator<'a, 'm> {
    b: Builder<'m>,
    rng: &'a mut Rng,
    /// Values that dominate the current place.
    values: Vec<Value>,
    /// The array.
    base: Value,
    budget: usize,
    loops: i64,
    callees: &'a [Signature],
    number: usize,
}

impl Generator<'_, '_> {
    /// A value of that type: one there is, or a constant.
    fn value(&mut self, ty: Ty) -> Value {
        let fitting: Vec<Value> = self.values.iter().copied().filter(|v| self.b.func.ty(*v) == ty).collect();
        if fitting.is_empty() || self.rng.once_in(5) {
            if ty.is_float() {
                let x = real(self.rng);
                return self.b.fconst(ty, x);
            }
            let x = number(self.rng, ty);
            return self.b.iconst(ty, if ty == Ty::I1 { x & 1 } else { x });
        }
        // Recent ones often, old ones too: long lives make registers scarce.
        let k = if self.rng.once_in(2) { fitting.len() - 1 - self.rng.below(fitting.len().min(4)) } else { self.rng.below(fitting.len()) };
        fitting[k]
    }

    fn statements(&mut self, depth: usize) {
        for _ in 0..4 + self.rng.below(12) {
            if self.budget == 0 {
                return;
            }
            self.budget -= 1;
            match self.rng.below(16) {
                0 | 1 if depth > 0 => self.branch(depth),
                2 if depth > 0 => self.repeat(depth),
                3 => self.memory(),
                4 => self.guard(),
                5 => self.call(),
                6 => self.library(),
                _ => self.arithmetic(),
            }
        }
    }

    fn arithmetic(&mut self) {
        let ty = self.rng.pick(&SCALARS);
        let v = if ty.is_float() { self.float(ty) } else { self.integer(ty) };
        self.values.push(v);
    }

    fn condition(&mut self) -> Value {
        let ty = self.rng.pick(&SCALARS);
        let (a, b) = (self.value(ty), self.value(ty));
        let codes: Vec<Cc> = Cc::ALL.iter().copied().filter(|c| c.is_float() == ty.is_float()).collect();
        let cc = self.rng.pick(&codes);
        if ty.is_float() { self.b.fcmp(cc, a, b) } else { self.b.icmp(cc, a, b) }
    }

    fn integer(&mut self, ty: Ty) -> Value {
        if ty == Ty::I1 {
            return match self.rng.below(5) {
                0 => {
                    let (a, b) = (self.value(ty), self.value(ty));
                    let op = self.rng.pick(&[Op::And, Op::Or, Op::Xor]);
                    self.b.binary(op, a, b)
                }
                1 => {
                    let t = self.rng.pick(&INTS);
                    let (a, b) = (self.value(t), self.value(t));
                    let op = self.rng.pick(&[Op::SaddO, Op::SsubO, Op::SmulO]);
                    self.b.op(op, t, &[a, b], 0)
                }
                2 => {
                    let t = self.rng.pick(&INTS);
                    let a = self.value(t);
                    self.b.op(Op::Itrunc, ty, &[a], 0)
                }
                _ => self.condition(),
            };
        }
        let (a, b) = (self.value(ty), self.value(ty));
        match self.rng.below(8) {
            0 => {
                let (mask, one) = (self.b.iconst(ty, 0x7f), self.b.iconst(ty, 1));
                let low = self.b.binary(Op::And, b, mask);
                let divisor = self.b.binary(Op::Or, low, one);
                let op = self.rng.pick(&[Op::Sdiv, Op::Udiv, Op::Srem, Op::Urem]);
                self.b.binary(op, a, divisor)
            }
            1 => {
                let c = self.condition();
                self.b.select(c, a, b)
            }
            2 => self.conversion(ty),
            3 => {
                let op = self.rng.pick(&[Op::Shl, Op::Ashr, Op::Lshr]);
                self.b.binary(op, a, b)
            }
            _ => {
                let op = self.rng.pick(&[Op::Iadd, Op::Isub, Op::Imul, Op::And, Op::Or, Op::Xor]);
                self.b.binary(op, a, b)
            }
        }
    }

    fn conversion(&mut self, ty: Ty) -> Value {
        let narrower: Vec<Ty> = [Ty::I1, Ty::I8, Ty::I16, Ty::I32].into_iter().filter(|t| t.bits() < ty.bits()).collect();
        let wider: Vec<Ty> = INTS.into_iter().filter(|t| t.bits() > ty.bits()).collect();
        match self.rng.below(3) {
            0 => {
                let from = self.rng.pick(&narrower);
                let a = self.value(from);
                let op = self.rng.pick(&[Op::Sext, Op::Zext]);
                self.b.op(op, ty, &[a], 0)
            }
            1 if !wider.is_empty() => {
                let from = self.rng.pick(&wider);
                let a = self.value(from);
                self.b.op(Op::Itrunc, ty, &[a], 0)
            }
            _ => {
                let from = self.rng.pick(&[Ty::F32, Ty::F64]);
                let a = self.value(from);
                let size = self.b.unary(Op::Fabs, a);
                let (limit, zero) = (self.b.fconst(from, 100.0), self.b.fconst(from, 0.0));
                let fits = self.b.fcmp(Cc::Olt, size, limit);
                let op = self.rng.pick(&[Op::Fptosi, Op::Fptoui]);
                let source = if op == Op::Fptosi { a } else { size };
                let safe = self.b.select(fits, source, zero);
                self.b.op(op, ty, &[safe], 0)
            }
        }
    }

    fn float(&mut self, ty: Ty) -> Value {
        let (a, b) = (self.value(ty), self.value(ty));
        match self.rng.below(10) {
            0 => {
                let op = self.rng.pick(&[Op::Sqrt, Op::Floor, Op::Ceil, Op::Trunc, Op::Rint]);
                self.b.unary(op, a)
            }
            1 => {
                let op = self.rng.pick(&[Op::Fneg, Op::Fabs]);
                self.b.unary(op, a)
            }
            2 => {
                let number = self.b.fcmp(Cc::Oeq, b, b);
                let one = self.b.fconst(ty, 1.0);
                let sign = self.b.select(number, b, one);
                self.b.binary(Op::Copysign, a, sign)
            }
            3 => {
                let c = self.value(ty);
                self.b.op(Op::Fma, ty, &[a, b, c], 0)
            }
            4 => {
                let c = self.condition();
                self.b.select(c, a, b)
            }
            5 => {
                let from = self.rng.pick(&INTS);
                let x = self.value(from);
                let op = self.rng.pick(&[Op::Sitofp, Op::Uitofp]);
                self.b.op(op, ty, &[x], 0)
            }
            6 => {
                let from = if ty == Ty::F32 { Ty::F64 } else { Ty::F32 };
                let x = self.value(from);
                self.b.op(Op::Fpcast, ty, &[x], 0)
            }
            _ => {
                let op = self.rng.pick(&[Op::Fadd, Op::Fsub, Op::Fmul, Op::Fdiv]);
                self.b.binary(op, a, b)
            }
        }
    }

    /// A word of the array or of the stack.
    fn memory(&mut self) {
        let index = self.value(Ty::I64);
        let mask = self.b.iconst(Ty::I64, WORDS as i64 - 1);
        let index = self.b.binary(Op::And, index, mask);
        let address = if self.rng.once_in(4) {
            let eight = self.b.iconst(Ty::I64, 8);
            let offset = self.b.binary(Op::Imul, index, eight);
            self.b.op(Op::PtrAdd, Ty::Ptr, &[self.base, offset], 0)
        } else {
            self.b.op(Op::PtrIndex, Ty::Ptr, &[self.base, index], 8)
        };
        if self.rng.once_in(2) {
            // Floats are kept apart: their NaN bits would be seen.
            let ty = self.rng.pick(&[Ty::I8, Ty::I16, Ty::I32, Ty::I64]);
            let v = self.value(ty);
            self.b.store(address, v, 0);
        } else {
            let ty = self.rng.pick(&[Ty::I8, Ty::I16, Ty::I32, Ty::I64]);
            let v = self.b.load(ty, address, 0);
            self.values.push(v);
        }
        if self.rng.once_in(3) {
            let ty = self.rng.pick(&SCALARS);
            let object = self.b.op(Op::StackAddr, Ty::Ptr, &[], 24);
            let v = self.value(ty);
            self.b.store(object, v, 16);
            let back = self.b.load(ty, object, 16);
            self.values.push(back);
        }
    }

    /// Leaves in a rare case: by a trap or an exit.
    fn guard(&mut self) {
        let a = self.value(Ty::I64);
        let special = self.b.iconst(Ty::I64, 77);
        let c = if self.rng.once_in(3) {
            let b = self.value(Ty::I64);
            let sum = self.b.binary(Op::Iadd, a, b);
            let o = self.b.op(Op::SaddO, Ty::I64, &[a, b], 0);
            self.values.push(sum);
            o
        } else {
            self.b.icmp(Cc::Eq, a, special)
        };
        self.b.site = 1 + self.rng.below(50) as u32;
        if self.number == 0 && self.rng.once_in(3) {
            let (out, on) = (self.b.new_block(), self.b.new_block());
            self.b.func.blocks[out.index()].cold = true;
            self.b.brif(c, (out, &[]), (on, &[]));
            self.b.switch_to(out);
            let number = self.b.func.insts.len() as i64;
            let ty = self.rng.pick(&SCALARS);
            let v = self.value(ty);
            self.b.push(Op::Exit, Ty::I1, &[v, a], number, Aux::None, &[]);
            self.b.switch_to(on);
        } else {
            self.b.trap_if(c, TrapKind::Index, &[a, special]);
        }
    }

    fn call(&mut self) {
        // Later functions only: no recursion.
        if self.number + 1 >= self.callees.len() {
            return self.arithmetic();
        }
        let n = self.number + 1 + self.rng.below(self.callees.len() - self.number - 1);
        let sig = &self.callees[n];
        let args: Vec<Value> = sig.params.iter().map(|t| if *t == Ty::Ptr { self.base } else { self.value(*t) }).collect();
        self.b.site = 100 + self.rng.below(50) as u32;
        let (status, results) = self.b.call_func(FuncId::new(n), sig, &args);
        self.b.check_status(status);
        self.values.extend(results);
    }

    fn library(&mut self) {
        let name = self.rng.pick(&["floor", "fmod", "hypot", "ceilf", "fmodf", "ldexp"]);
        let s = symbols::symbol(name);
        let args: Vec<Value> = s.sig.params.iter().map(|t| self.value(*t)).collect();
        let v = self.b.call_sym(&s, &args);
        self.values.extend(v);
    }

    fn branch(&mut self, depth: usize) {
        let tys: Vec<Ty> = (0..self.rng.below(4)).map(|_| self.rng.pick(&SCALARS)).collect();
        let c = self.condition();
        let (then, other, join) = (self.b.new_block(), self.b.new_block(), self.b.new_block());
        let params: Vec<Value> = tys.iter().map(|t| self.b.func.add_param(join, *t)).collect();
        self.b.func.blocks[other.index()].cold = self.rng.once_in(3);
        let known = self.values.len();
        self.b.brif(c, (then, &[]), (other, &[]));
        for side in [then, other] {
            self.b.switch_to(side);
            if side == then || self.rng.once_in(2) {
                self.statements(depth - 1);
            }
            let args: Vec<Value> = tys.iter().map(|t| self.value(*t)).collect();
            self.b.jump(join, &args);
            self.values.truncate(known);
        }
        self.b.switch_to(join);
        self.values.extend(params);
    }

    /// A counted loop of a few trips with values carried around.
    fn repeat(&mut self, depth: usize) {
        let tys: Vec<Ty> = (0..self.rng.below(4)).map(|_| self.rng.pick(&SCALARS)).collect();
        let zero = self.b.iconst(Ty::I64, 0);
        let mut init = vec![zero];
        init.extend(tys.iter().map(|t| self.value(*t)).collect::<Vec<_>>());
        let (header, body, done) = (self.b.new_block(), self.b.new_block(), self.b.new_block());
        let params: Vec<Value> =
            std::iter::once(Ty::I64).chain(tys.iter().copied()).map(|t| self.b.func.add_param(header, t)).collect();
        self.b.jump(header, &init);
        self.b.switch_to(header);
        if self.rng.once_in(2) {
            self.b.push(Op::Poll, Ty::I1, &[], self.loops, Aux::None, &[]);
            self.loops += 1;
        }
        let trips = self.b.iconst(Ty::I64, self.rng.below(5) as i64);
        let c = self.b.icmp(Cc::Slt, params[0], trips);
        self.b.brif(c, (body, &[]), (done, &[]));
        self.b.switch_to(body);
        let known = self.values.len();
        self.values.extend(&params);
        self.statements(depth - 1);
        let one = self.b.iconst(Ty::I64, 1);
        let next = self.b.binary(Op::Iadd, params[0], one);
        let mut again = vec![next];
        again.extend(tys.iter().map(|t| self.value(*t)).collect::<Vec<_>>());
        self.b.jump(header, &again);
        self.values.truncate(known);
        self.b.switch_to(done);
        self.values.extend(params);
    }
}
