//! After the fixpoint: what inference found becomes explicit in the function.

use super::super::edit::Def;
use super::super::simplify;
use super::super::types::Type;
use super::super::value::ConstValue;
use super::super::{Block, Inst, Op, Target, Term, Value};
use super::calls::{Bound, bind};
use super::{Infer, Known};
use crate::error::CompileError;
use crate::hir::value::Global;
use crate::typing::{self, access, strip};

impl Infer<'_> {
    pub(super) fn finish(&mut self) -> Result<(), CompileError> {
        let returns = self.f.block_ids().any(|b| self.reached[b.index()] && matches!(self.f.blocks[b.index()].term.inner(), Term::Return(_)));
        if self.f.return_type == Type::Unknown {
            if returns && !self.returns_only_unreachable() {
                return Err(self.runaway());
            }
            // Every path raises or loops for ever.
            self.f.return_type = Type::None;
        }
        // Definitions are looked up while rewriting: install the new blocks
        // only when all are done.
        let mut rewritten = Vec::with_capacity(self.f.blocks.len());
        for b in 0..self.f.blocks.len() {
            rewritten.push(if self.reached[b] { self.rewrite_block(b)? } else { (vec![], true) });
        }
        for (b, (insts, goes_on)) in rewritten.into_iter().enumerate() {
            self.f.blocks[b].insts = insts;
            match (self.reached[b], goes_on) {
                (true, true) => self.rewrite_term(b),
                (true, false) => *self.f.blocks[b].term.inner_mut() = Term::Unreachable,
                (false, _) => self.f.blocks[b].term = Term::Unreachable,
            }
        }
        simplify::simplify(self.f);
        self.check_known()?;
        self.convert_edges();
        simplify::remove_dead(self.f);
        Ok(())
    }

    /// Do the returned values come from code that cannot be reached (after a
    /// call that never returns, after an unbound variable)?
    fn returns_only_unreachable(&self) -> bool {
        self.f.block_ids().filter(|b| self.reached[b.index()]).all(|b| match self.f.blocks[b.index()].term.inner() {
            Term::Return(v) => matches!(self.f.def_op(&self.defs, *v), Some(Op::Undef)),
            _ => true,
        })
    }

    fn runaway(&self) -> CompileError {
        CompileError::typing("cannot type infer runaway recursion")
            .note("A recursive function needs a path that returns without calling itself.")
    }

    /// Every value that code uses must have a type now.
    fn check_known(&self) -> Result<(), CompileError> {
        let defs = self.f.definitions();
        for b in self.f.reverse_post_order() {
            for i in &self.f.blocks[b.index()].insts {
                if matches!(i.op, Op::Undef) {
                    continue;
                }
                if i.results.iter().any(|r| *self.ty(*r) == Type::Unknown) {
                    let mut undefined = false;
                    i.op.for_uses(|v| undefined |= matches!(self.f.def_op(&defs, v), Some(Op::Undef)));
                    let e = match &i.op {
                        Op::Call { .. } if !undefined => self.runaway(),
                        op => CompileError::typing(format!("cannot determine the type of '{op}'")),
                    };
                    return Err(e.at(&self.f.file, &self.f.name, i.line));
                }
            }
        }
        Ok(())
    }

    /// The block's instructions, rewritten; false = it ends by raising.
    fn rewrite_block(&mut self, b: usize) -> Result<(Vec<Inst>, bool), CompileError> {
        let insts = self.f.blocks[b].insts.clone();
        let mut out = Vec::with_capacity(insts.len());
        for mut i in insts {
            let r = self.rewrite(&mut i, &mut out);
            r.map_err(|e| e.at(&self.f.file, &self.f.name, i.line))?;
            // A variable that no path assigns: what follows has no types.
            let raises = matches!(i.op, Op::CheckDefined { defined, .. } if self.known[defined.index()] == Known::Const(false));
            out.push(i);
            if raises {
                return Ok((out, false));
            }
        }
        Ok((out, true))
    }

    fn fresh(&mut self, op: Op, ty: Type, line: u32, out: &mut Vec<Inst>) -> Value {
        let v = self.f.add_value(ty);
        self.defs.push(Def::None);
        self.known.push(Known::Varying);
        out.push(Inst::new(op, vec![v], line));
        v
    }

    fn rewrite(&mut self, i: &mut Inst, out: &mut Vec<Inst>) -> Result<(), CompileError> {
        if let [r] = i.results[..]
            && let Known::Const(value) = self.known[r.index()]
            && *self.ty(r) == Type::BOOL
        {
            i.op = Op::Const(ConstValue::Bool(value));
            return Ok(());
        }
        self.unwrap_optionals(i, out);
        match i.op.clone() {
            Op::Attr { object, name } => {
                if let Type::Global(g) = self.ty(object)
                    && let Some(c) = self.outside.attribute(g, &name)
                {
                    i.op = Op::Const(c);
                }
                // `a.dtype` is known, whatever `a` holds.
                if let Type::Global(g) = self.ty(i.results[0])
                    && g.is_dtype()
                {
                    i.op = Op::Const(ConstValue::Global(g.clone()));
                }
            }
            Op::GetItem { object, index } => {
                if let Type::Tuple(items) = self.ty(object).clone()
                    && let Some(c) = self.index_constant(index)
                {
                    match access::tuple_index(&items, &c)? {
                        Some(access::TupleIndex::At(n)) => i.op = Op::TupleGet { tuple: object, index: n },
                        Some(access::TupleIndex::Range(ns)) => {
                            let mut parts = Vec::new();
                            for n in ns {
                                let get = Op::TupleGet { tuple: object, index: n };
                                parts.push(self.fresh(get, items[n as usize].clone(), i.line, out));
                            }
                            i.op = Op::Tuple(parts);
                        }
                        None => {}
                    }
                }
            }
            Op::Slice { start, stop, step } => {
                let present = |v: Option<Value>| v.filter(|v| *self.ty(*v) != Type::None);
                i.op = Op::Slice { start: present(start), stop: present(stop), step: present(step) };
            }
            Op::Call { callee, args, keywords } => {
                let Type::Global(g) = self.ty(callee).clone() else { return Ok(()) };
                match &*g {
                    Global::Function(f) => {
                        let bound = bind(&**f, &args, &keywords)?;
                        let mut all = Vec::new();
                        for b in bound {
                            all.push(match b {
                                Bound::Value(v) => v,
                                Bound::Const(c) => {
                                    let t = typing::of_constant(&c)?;
                                    self.fresh(Op::Const(c), t, i.line, out)
                                }
                                Bound::Tuple(vs) => {
                                    let t = Type::Tuple(vs.iter().map(|v| self.ty(*v).clone()).collect::<Vec<_>>().into());
                                    self.fresh(Op::Tuple(vs), t, i.line, out)
                                }
                            });
                        }
                        i.op = Op::Call { callee, args: all, keywords: vec![] };
                    }
                    Global::DType(_) | Global::NumbaType(_) if args.len() == 1 && keywords.is_empty() => {
                        let to = self.ty(i.results[0]).clone();
                        if to.scalar().is_some() {
                            i.op = Op::Cast { a: args[0], to };
                        }
                    }
                    _ => {}
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Operations that need the value itself take it out of an optional.
    fn unwrap_optionals(&mut self, i: &mut Inst, out: &mut Vec<Inst>) {
        let keeps = match &i.op {
            Op::Is { .. } | Op::Truth { .. } | Op::Tuple(_) | Op::Closure { .. } => true,
            Op::Compare { a, b, .. } => *self.ty(*a) == Type::None || *self.ty(*b) == Type::None,
            Op::Call { callee, .. } => {
                // `print` shows None as such.
                matches!(self.ty(*callee), Type::Global(g) if matches!(&**g, Global::Function(_))
                    || matches!(&**g, Global::Library(path) if **path == *"builtins.print"))
            }
            _ => false,
        };
        if keeps {
            return;
        }
        let line = i.line;
        let mut op = i.op.clone();
        op.map_uses(|v| match self.ty(v).clone() {
            Type::Optional(t) => self.fresh(Op::Cast { a: v, to: (*t).clone() }, strip(&t).clone(), line, out),
            _ => v,
        });
        i.op = op;
    }

    fn rewrite_term(&mut self, b: usize) {
        if let Term::Branch { cond, then, otherwise } = self.f.blocks[b].term.inner()
            && let Known::Const(k) = self.known[cond.index()]
        {
            let t = if k { then.clone() } else { otherwise.clone() };
            *self.f.blocks[b].term.inner_mut() = Term::Jump(t);
        }
    }

    /// Casts edge arguments and returned values to exactly what is expected.
    fn convert_edges(&mut self) {
        for mut b in 0..self.f.blocks.len() {
            let mut term = self.f.blocks[b].term.clone();
            let line = self.f.blocks[b].term_line;
            // A handler may be entered before the first instruction is done:
            // conversions for it get a block in front.
            if let Term::Guarded { handler, .. } = &mut term {
                let (mut first, mut made) = (Vec::new(), Vec::new());
                self.convert_target(handler, line, &mut first, &mut made);
                if !first.is_empty() {
                    let rest = self.f.add_block();
                    let insts = std::mem::replace(&mut self.f.blocks[b].insts, first);
                    self.f.blocks[b].term = Term::Jump(Target { block: rest, args: vec![] });
                    b = rest.index();
                    self.f.blocks[b].insts = insts;
                    self.f.blocks[b].term_line = line;
                }
            }
            let mut out = Vec::new();
            // One conversion for each (value, type), even if both edges want it.
            let mut made: Vec<(Value, Type, Value)> = Vec::new();
            if let Term::Return(v) = term.inner_mut() {
                let to = self.f.return_type.clone();
                *v = self.convert(*v, &to, line, &mut out, &mut made);
            }
            for t in term.inner_mut().targets_mut() {
                self.convert_target(t, line, &mut out, &mut made);
            }
            let data = &mut self.f.blocks[b];
            data.insts.extend(out);
            data.term = term;
        }
    }

    fn convert_target(&mut self, t: &mut Target, line: u32, out: &mut Vec<Inst>, made: &mut Vec<(Value, Type, Value)>) {
        let Block(n) = t.block;
        for (k, a) in t.args.iter_mut().enumerate() {
            let p = self.f.blocks[n as usize].params[k];
            let to = self.ty(p).clone();
            *a = self.convert(*a, &to, line, out, made);
        }
    }

    fn convert(&mut self, v: Value, to: &Type, line: u32, out: &mut Vec<Inst>, made: &mut Vec<(Value, Type, Value)>) -> Value {
        let from = self.ty(v).clone();
        if from == *to {
            return v;
        }
        if let Some((_, _, done)) = made.iter().find(|(a, t, _)| *a == v && t == to) {
            return *done;
        }
        let op = if from == Type::Unknown { Op::Undef } else { Op::Cast { a: v, to: to.clone() } };
        let new = self.fresh(op, to.clone(), line, out);
        self.f.names[new.index()] = self.f.names[v.index()].clone();
        made.push((v, to.clone(), new));
        new
    }
}
