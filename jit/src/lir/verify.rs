//! The LIR verifier. What it accepts is what back ends may rely on:
//!
//! **Structure**
//! 1. A function has at least one block; block 0 is never a jump target.
//! 2. A block ends with a terminator, and has none before its end.
//! 3. An instruction stands in one place only.
//! 4. Edge targets exist; edge arguments match the target's parameters in
//!    number and type.
//! 5. `jump` has one target, `brif` two; nothing else has targets.
//!
//! **Values**
//! 6. Every value is defined once: as a block parameter or a result.
//! 7. A definition dominates every use: for an edge argument, the end of the
//!    block it leaves. (In unreachable blocks a definition must only exist.)
//!
//! **Types**
//! 8. An operation has the operands of its table row, results as its rule says,
//!    and the `aux` kind that its text form shows.
//! 9. `ty` is one that the operation is defined for and operands agree with it:
//!    [`operand_rule`] and [`allowed`] say how. `sext`, `zext` widen, `itrunc`
//!    narrows, `fpcast` changes width, `bitcast` keeps it and changes class.
//! 10. i1 has no arithmetic but `and`, `or`, `xor`, `select`, comparisons and
//!     conversions by `sext` (0 or -1), `zext`, `itrunc` (the low bit), `uitofp`.
//! 11. `icmp` has an integer predicate, `fcmp` a float one; pointers compare
//!     by `eq`, `ne` and unsigned order. Fastmath flags stand on float arithmetic.
//! 12. Integer constants fit their type, read as signed or unsigned; a pointer
//!     constant made by `iconst` is null.
//! 13. Addresses are `ptr` or `ref`; `stack_addr` takes 1 byte … 1 MiB;
//!     `load` and `store` offsets fit 32 bits.
//!
//! **Calls and exits**
//! 14. Callees exist; arguments and results are those of their signature
//!     (`ptr` and `ref` are different types); `call` has the status first.
//! 15. `poll` is the first instruction of its block, which is not the entry;
//!     its loop number is not negative and unique in the function.
//! 16. `ret` gives the function's results, `trap` takes up to four i64,
//!     `exit` has a number that is not negative.

use super::analysis::{Cfg, Dominators};
use super::op::{Cc, Effect, Op, ResultRule};
use super::text::{Form, Notes, annotated, form};
use super::{Aux, Block, Func, FuncId, Inst, InstData, Module, Ty, Value};
use std::collections::HashSet;
use std::fmt;

/// A module is not well-formed: which function, and its listing with the
/// errors inside.
#[derive(Clone, Debug)]
pub struct VerifyError {
    pub func: FuncId,
    /// The errors alone, each with its place.
    pub messages: Vec<String>,
    /// The function's text with the errors below the lines they belong to.
    pub listing: String,
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} error(s) in {}:\n{}", self.messages.len(), self.func, self.listing)
    }
}
impl std::error::Error for VerifyError {}

/// Checks every function; the error is that of the first bad one.
pub fn verify(module: &Module) -> Result<(), VerifyError> {
    (0..module.funcs.len()).try_for_each(|i| verify_func(module, FuncId::new(i)))
}

/// Checks one function.
pub fn verify_func(module: &Module, id: FuncId) -> Result<(), VerifyError> {
    let func = &module.funcs[id.index()];
    let mut v = Verifier { module, func, notes: Notes::default(), messages: vec![], def: vec![None; func.values.len()] };
    v.run();
    if v.messages.is_empty() {
        return Ok(());
    }
    Err(VerifyError { func: id, messages: v.messages, listing: annotated(module, id, &v.notes) })
}

/// What an operand's type must be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operand {
    /// The instruction's `ty`.
    Ty,
    /// i1.
    Bool,
    /// i64.
    I64,
    /// ptr or ref.
    Address,
    /// An integer type; the conversion rules say which.
    Int,
    /// A float type.
    Float,
    /// Anything.
    Any,
}

/// Operand types of the operations with a fixed number of operands.
pub fn operand_rule(op: Op) -> &'static [Operand] {
    use Operand::{Address, Any, Bool, Float, I64, Int};
    match op {
        Op::Select => &[Bool, Operand::Ty, Operand::Ty],
        Op::Sext | Op::Zext | Op::Itrunc | Op::Sitofp | Op::Uitofp => &[Int],
        Op::Fptosi | Op::Fptoui | Op::Fpcast => &[Float],
        Op::Bitcast => &[Any],
        Op::Load => &[Address],
        Op::Store => &[Address, Operand::Ty],
        Op::PtrAdd | Op::PtrIndex => &[Address, I64],
        _ => &[Operand::Ty, Operand::Ty, Operand::Ty],
    }
}

/// Is the operation defined for this `ty`?
pub fn allowed(op: Op, ty: Ty) -> bool {
    match op {
        Op::Iconst => !ty.is_float(),
        Op::And | Op::Or | Op::Xor => ty.is_int(),
        Op::Iadd | Op::Isub | Op::Imul | Op::Sdiv | Op::Udiv | Op::Srem | Op::Urem | Op::Shl | Op::Ashr | Op::Lshr
        | Op::SaddO | Op::SsubO | Op::SmulO | Op::Sext | Op::Zext | Op::Fptosi | Op::Fptoui => ty.is_int() && ty != Ty::I1,
        Op::Fconst | Op::Fadd | Op::Fsub | Op::Fmul | Op::Fdiv | Op::Fneg | Op::Fabs | Op::Sqrt | Op::Floor | Op::Ceil
        | Op::Trunc | Op::Rint | Op::Copysign | Op::Fma | Op::Fcmp | Op::Sitofp | Op::Uitofp | Op::Fpcast => ty.is_float(),
        Op::Icmp => !ty.is_float(),
        Op::Itrunc => ty.is_int() && ty != Ty::I64,
        Op::LoadPoll => ty == Ty::I32,
        _ => true,
    }
}

/// May the operation carry fastmath flags?
pub fn takes_fast(op: Op) -> bool {
    matches!(
        op,
        Op::Fadd | Op::Fsub | Op::Fmul | Op::Fdiv | Op::Fneg | Op::Fabs | Op::Sqrt | Op::Floor | Op::Ceil | Op::Trunc
            | Op::Rint | Op::Copysign | Op::Fma
    )
}

struct Verifier<'a> {
    module: &'a Module,
    func: &'a Func,
    notes: Notes,
    messages: Vec<String>,
    /// Where each value is defined: block, and position of the instruction
    /// (0 for parameters, 1 for the first instruction).
    def: Vec<Option<(Block, usize)>>,
}

/// Where a message belongs.
#[derive(Clone, Copy)]
enum Place {
    Func,
    Block(Block),
    Inst(Block, Inst),
}

impl Verifier<'_> {
    fn error(&mut self, place: Place, message: String) {
        let (notes, at) = match place {
            Place::Func => (&mut self.notes.func, "function".to_owned()),
            Place::Block(b) => (self.notes.blocks.entry(b).or_default(), b.to_string()),
            Place::Inst(b, i) => (self.notes.insts.entry(i).or_default(), b.to_string()),
        };
        notes.push(format!("error: {message}"));
        self.messages.push(format!("{at}: {message}"));
    }

    fn run(&mut self) {
        if self.func.blocks.is_empty() {
            self.error(Place::Func, "no blocks".into());
            return;
        }
        self.structure();
        self.definitions();
        // Uses and types index tables by what the checks above vouch for.
        if self.messages.is_empty() {
            self.dominance();
            self.types();
        }
    }

    fn insts(&self) -> impl Iterator<Item = (Block, usize, Inst)> + use<> {
        let all: Vec<_> = self
            .func
            .block_ids()
            .flat_map(|b| self.func.blocks[b.index()].insts.iter().enumerate().map(move |(n, i)| (b, n, *i)))
            .collect();
        all.into_iter()
    }

    fn structure(&mut self) {
        let func = self.func;
        let mut placed = vec![false; func.insts.len()];
        for b in func.block_ids() {
            let insts = &func.blocks[b.index()].insts;
            if insts.is_empty() {
                self.error(Place::Block(b), "block without terminator".into());
            }
            for (n, i) in insts.iter().enumerate() {
                let place = Place::Inst(b, *i);
                let Some(data) = func.insts.get(i.index()) else {
                    self.error(Place::Block(b), format!("{i} does not exist"));
                    continue;
                };
                if std::mem::replace(&mut placed[i.index()], true) {
                    self.error(place, "instruction stands in two places".into());
                }
                match (data.op.effect() == Effect::Terminator, n + 1 == insts.len()) {
                    (true, false) => self.error(place, "terminator before the end of its block".into()),
                    (false, true) => self.error(place, "block does not end with a terminator".into()),
                    _ => {}
                }
                self.aux(place, data);
                for t in data.targets() {
                    if t.block.index() >= func.blocks.len() {
                        self.error(place, format!("{} does not exist", t.block));
                    } else if t.block == func.entry() {
                        self.error(place, "jump to the entry block".into());
                    }
                }
                let bad = data.uses().chain(data.results.iter().copied()).find(|v| v.index() >= func.values.len());
                if let Some(v) = bad {
                    self.error(place, format!("{v} does not exist"));
                }
            }
        }
    }

    /// Invariants 5, 8 and 14 as far as they let the others index tables.
    fn aux(&mut self, place: Place, data: &InstData) {
        let ok = match (form(data.op), &data.aux) {
            (Form::Compare, Aux::Cc(_)) | (Form::Trap, Aux::Trap(_)) => true,
            (Form::Jump, Aux::Targets(t)) => t.len() == 1,
            (Form::Brif, Aux::Targets(t)) => t.len() == 2,
            (Form::SymCall | Form::SymRef, Aux::Sym(s)) => s.index() < self.module.symbols.len(),
            (Form::Call | Form::FuncRef, Aux::Func(f)) => {
                self.module.funcs.get(f.index()).is_some_and(|f| !f.blocks.is_empty())
            }
            (Form::Call, Aux::Import(f)) => f.index() < self.module.imports.len(),
            (Form::Args, Aux::Fast(_)) => takes_fast(data.op),
            (
                Form::Args | Form::Imm | Form::FloatImm | Form::HexImm | Form::Load | Form::Store | Form::Scaled | Form::Exit,
                Aux::None,
            ) => true,
            _ => false,
        };
        if !ok {
            self.error(place, format!("{:?} does not fit the operation", data.aux));
        }
    }

    fn definitions(&mut self) {
        let func = self.func;
        for b in func.block_ids() {
            for p in &func.blocks[b.index()].params {
                self.define(Place::Block(b), *p, (b, 0));
            }
        }
        for (b, n, i) in self.insts() {
            if let Some(data) = func.insts.get(i.index()) {
                for r in &data.results {
                    self.define(Place::Inst(b, i), *r, (b, n + 1));
                }
            }
        }
    }

    fn define(&mut self, place: Place, v: Value, at: (Block, usize)) {
        match self.def.get_mut(v.index()) {
            None => self.error(place, format!("{v} does not exist")),
            Some(d) => {
                if d.replace(at).is_some() {
                    self.error(place, format!("{v} is defined twice"));
                }
            }
        }
    }

    fn dominance(&mut self) {
        let cfg = Cfg::new(self.func);
        let dom = Dominators::new(&cfg);
        for (b, n, i) in self.insts() {
            for v in self.func.insts[i.index()].uses() {
                match self.def[v.index()] {
                    None => self.error(Place::Inst(b, i), format!("{v} has no definition")),
                    Some((d, at)) => {
                        let before = if d == b { at < n + 1 } else { dom.dominates(d, b) };
                        if cfg.reachable(b) && !before {
                            self.error(Place::Inst(b, i), format!("{v} is used where its definition in {d} does not dominate"));
                        }
                    }
                }
            }
        }
    }

    fn types(&mut self) {
        let mut loops = HashSet::new();
        for (b, n, i) in self.insts() {
            let data = &self.func.insts[i.index()];
            let mut errors = Vec::new();
            self.operands(data, &mut errors);
            self.results(data, &mut errors);
            self.edges(data, &mut errors);
            if data.op == Op::Poll {
                if n != 0 || b == self.func.entry() {
                    errors.push("poll is the first instruction of a block that is not the entry".into());
                }
                if data.args.iter().any(|v| self.ty(*v) != Ty::Ref) {
                    errors.push("what a poll releases is a ref".into());
                }
                if data.imm < 0 || data.imm > i64::from(u32::MAX) || !loops.insert(data.imm) {
                    errors.push(format!("loop number {} is negative or used before", data.imm));
                }
            }
            for e in errors {
                self.error(Place::Inst(b, i), e);
            }
        }
    }

    fn ty(&self, v: Value) -> Ty {
        self.func.values[v.index()]
    }

    fn operands(&self, data: &InstData, errors: &mut Vec<String>) {
        let ty = data.ty;
        if super::text::is_typed(data.op) && !allowed(data.op, ty) {
            errors.push(format!("not defined for {}", ty.text()));
        }
        if let Some(n) = data.op.operands() {
            if data.args.len() != n {
                errors.push(format!("takes {n} operands, has {}", data.args.len()));
                return;
            }
            for (k, (v, rule)) in data.args.iter().zip(operand_rule(data.op)).enumerate() {
                let t = self.ty(*v);
                let (ok, wanted) = match rule {
                    Operand::Ty => (t == ty, ty.text()),
                    Operand::Bool => (t == Ty::I1, "i1"),
                    Operand::I64 => (t == Ty::I64, "i64"),
                    Operand::Address => (t.is_ptr(), "an address"),
                    Operand::Int => (t.is_int(), "an integer"),
                    Operand::Float => (t.is_float(), "a float"),
                    Operand::Any => (true, ""),
                };
                if !ok {
                    errors.push(format!("operand {k} is {}, expected {wanted}", t.text()));
                }
            }
        }
        self.special(data, errors);
    }

    /// The rules that [`operand_rule`] cannot say.
    fn special(&self, data: &InstData, errors: &mut Vec<String>) {
        let ty = data.ty;
        let from = data.args.first().map(|v| self.ty(*v));
        let mut need = |ok: bool, message: &str| {
            if !ok {
                errors.push(message.to_owned());
            }
        };
        match (data.op, &data.aux, from) {
            (Op::Iconst, _, _) if ty.is_ptr() => need(data.imm == 0, "a pointer constant is null"),
            (Op::Iconst, _, _) if ty.is_int() => need(fits(data.imm, ty), "constant does not fit its type"),
            (Op::Icmp, Aux::Cc(cc), _) => {
                need(!cc.is_float(), "icmp has an integer predicate");
                need(!ty.is_ptr() || !matches!(cc, Cc::Slt | Cc::Sle | Cc::Sgt | Cc::Sge), "pointers have no signed order");
            }
            (Op::Fcmp, Aux::Cc(cc), _) => need(cc.is_float(), "fcmp has a float predicate"),
            (Op::Sext | Op::Zext, _, Some(t)) => need(t.bits() < ty.bits(), "does not widen"),
            (Op::Itrunc, _, Some(t)) => need(t.bits() > ty.bits(), "does not narrow"),
            (Op::Sitofp, _, Some(t)) => need(t != Ty::I1, "not defined for i1"),
            (Op::Fpcast, _, Some(t)) => need(t != ty, "does not change the width"),
            (Op::Bitcast, _, Some(t)) => {
                let class = |t: Ty| (t.is_float(), t.is_ptr(), t == Ty::Ref);
                let float_ptr = t.is_float() && ty.is_ptr() || t.is_ptr() && ty.is_float();
                need(t.bytes() == ty.bytes() && class(t) != class(ty) && !float_ptr, "not between types of one width");
            }
            (Op::StackAddr, _, _) => need((1..=1 << 20).contains(&data.imm), "takes 1 byte to 1 MiB"),
            (Op::Load | Op::Store, _, _) => need(i32::try_from(data.imm).is_ok(), "offset does not fit 32 bits"),
            (Op::Brif, _, _) => need(data.args.len() == 1 && from == Some(Ty::I1), "the condition is one i1"),
            (Op::Jump, _, _) => need(data.args.is_empty(), "jump has no operands of its own"),
            (Op::Trap, _, _) => {
                need(data.args.len() <= 4 && data.args.iter().all(|v| self.ty(*v) == Ty::I64), "takes up to four i64");
            }
            (Op::Exit, _, _) => need((0..i64::from(i32::MAX) - 2).contains(&data.imm), "exit number out of range"),
            (Op::Ret, _, _) => {
                let got: Vec<Ty> = data.args.iter().map(|v| self.ty(*v)).collect();
                if got != self.func.results {
                    errors.push(format!("gives {}, the function has {}", names(&got), names(&self.func.results)));
                }
            }
            _ => {}
        }
    }

    fn results(&self, data: &InstData, errors: &mut Vec<String>) {
        let (params, wanted) = match (data.op.rule(), &data.aux) {
            (ResultRule::None, _) => (None, vec![]),
            (ResultRule::Ty, _) => (None, vec![data.ty]),
            (ResultRule::Bool, _) => (None, vec![Ty::I1]),
            (ResultRule::Ptr, _) => (None, vec![Ty::Ptr]),
            (ResultRule::Signature, Aux::Sym(s)) => {
                let sig = &self.module.symbols[s.index()].sig;
                (Some(sig.params.clone()), sig.results.clone())
            }
            (ResultRule::Signature, aux) => {
                let sig = match aux {
                    Aux::Func(f) => self.module.funcs[f.index()].signature(),
                    Aux::Import(f) => self.module.imports[f.index()].sig.clone(),
                    _ => return,
                };
                (Some(sig.params), std::iter::once(Ty::I32).chain(sig.results).collect())
            }
        };
        let tys = |vs: &[Value]| vs.iter().map(|v| self.ty(*v)).collect::<Vec<_>>();
        if let Some(params) = params {
            let got = tys(&data.args);
            if got != params {
                errors.push(format!("arguments are {}, the callee takes {}", names(&got), names(&params)));
            }
        }
        let got = tys(&data.results);
        if got != wanted {
            errors.push(format!("results are {}, expected {}", names(&got), names(&wanted)));
        }
    }

    fn edges(&self, data: &InstData, errors: &mut Vec<String>) {
        for t in data.targets() {
            let tys = |vs: &[Value]| vs.iter().map(|v| self.ty(*v)).collect::<Vec<_>>();
            let (got, wanted) = (tys(&t.args), tys(&self.func.blocks[t.block.index()].params));
            if got != wanted {
                errors.push(format!("edge to {} passes {}, its parameters are {}", t.block, names(&got), names(&wanted)));
            }
        }
    }
}

fn names(tys: &[Ty]) -> String {
    format!("({})", tys.iter().map(|t| t.text()).collect::<Vec<_>>().join(", "))
}

/// Does a constant fit an integer type, read as signed or unsigned?
fn fits(imm: i64, ty: Ty) -> bool {
    let bits = ty.bits();
    bits == 64 || (imm >= -(1 << (bits - 1)) && imm < 1 << bits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lir::reader::read_module;

    fn message(body: &str) -> String {
        let text = format!("fn0 @f(i64, f64) -> i64 {{\nbb0(v0: i64, v1: f64):\n{body}\n}}\n");
        match verify(&read_module(&text).unwrap()) {
            Ok(()) => String::new(),
            Err(e) => {
                assert!(e.listing.contains(";   ^ error: "), "{e}");
                e.messages.join("; ")
            }
        }
    }

    #[test]
    fn each_invariant_is_checked() {
        for (body, expected) in [
            ("  ret v0", ""),
            ("  v2 = iadd.i64 v0, v0", "bb0: block does not end with a terminator"),
            ("  ret v0\n  ret v0", "bb0: terminator before the end of its block"),
            ("  jump bb0(v0, v1)", "bb0: jump to the entry block"),
            ("  jump bb7", "bb0: bb7 does not exist"),
            ("  v0 = iadd.i64 v0, v0\n  ret v0", "bb0: v0 is defined twice"),
            ("  ret v2\nbb1:\n  v2 = iadd.i64 v0, v0\n  ret v2", "bb0: v2 is used where its definition in bb1 does not dominate"),
            ("  v2 = iadd.i64 v3, v0\n  v3 = iadd.i64 v2, v0\n  ret v2", "bb0: v3 is used where its definition in bb0 does not dominate"),
            ("  v2 = iadd.i64 v0, v1\n  ret v2", "bb0: operand 1 is f64, expected i64"),
            ("  v2 = iadd.f64 v1, v1\n  ret v0", "bb0: not defined for f64"),
            ("  v2 = iadd.i64 v0\n  ret v0", "bb0: takes 2 operands, has 1"),
            ("  v2 = iconst.i8 256\n  ret v0", "bb0: constant does not fit its type"),
            ("  v2 = sext.i64 v0\n  ret v0", "bb0: does not widen"),
            ("  v2 = bitcast.ptr v1\n  ret v0", "bb0: not between types of one width"),
            ("  v2 = fcmp.f64 slt v1, v1\n  ret v0", "bb0: fcmp has a float predicate"),
            ("  v2 = call_sym @sin(v0)\n  ret v0", "bb0: arguments are (i64), the callee takes (f64)"),
            ("  jump bb1(v1)\nbb1(v2: i64):\n  ret v2", "bb0: edge to bb1 passes (f64), its parameters are (i64)"),
            ("  jump bb1\nbb1:\n  v2 = iconst.i64 1\n  poll 0\n  ret v2", "bb1: poll is the first instruction of a block that is not the entry"),
            ("  ret v1", "bb0: gives (f64), the function has (i64)"),
            ("  brif v0, bb1, bb1\nbb1:\n  ret v0", "bb0: the condition is one i1"),
        ] {
            assert_eq!(message(body), expected, "{body}");
        }
    }
}
