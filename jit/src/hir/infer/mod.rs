//! Type inference: forward over SSA to a fixpoint, following only edges that
//! can be taken.
//!
//! Like sparse conditional constant propagation it tracks which bools are
//! known (`x is None`, `isinstance`, literal flags), so that a branch that
//! the argument types exclude is neither typed nor compiled. A value's type
//! is computed from its operands; block parameters are the join of what
//! arrives ([`unify`]). Errors count only if they persist at the fixpoint.
//!
//! [`finish`] then rewrites the function so that lowering sees explicit
//! conversions:
//! * edge arguments and returns have exactly the parameter's / return type;
//! * operands are never Optional (a `Cast` unwraps them and raises for None),
//!   except of `Is`, `Truth`, `Tuple`, comparisons with None and calls of
//!   jitted functions;
//! * calls of jitted functions have all arguments, positionally; constant
//!   tuple indices are `TupleGet`. The callee of a method call stays the
//!   `Attr`, whose type is the library function.

mod calls;
mod finish;

pub use calls::{Bound, bind, bind_code};

use super::edit::Def;
use super::types::Type;
use super::value::{ConstValue, Global, JitFunction, Outside};
use super::{Block, CompareOp, Func, Inst, Op, Term, UnaryOp, Value};
use crate::error::CompileError;
use crate::library;
use crate::typing::{self, access, conversion::fit, index, operators, strip, unify::unify};
use std::collections::HashMap;
use std::sync::Arc;

/// What inference asks about calls of other jitted functions.
pub trait Calls {
    /// Return type of `f(args)`; Unknown while a recursion has not found it.
    fn return_type(&mut self, f: &Arc<dyn JitFunction>, args: &[Type]) -> Result<Type, CompileError>;
    /// The return type of the function being inferred, as far as it is known.
    fn found_return(&mut self, t: &Type);
    /// The return type that the function being inferred was declared with.
    fn declared_return(&self) -> Option<Type> {
        None
    }
    /// Does the function's type depend on a caller that is not finished? Then
    /// inference stops at the types and leaves the function as it is.
    fn provisional(&self) -> bool {
        false
    }
}

/// What is known of a bool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    /// Not reached yet.
    Nothing,
    Const(bool),
    Varying,
}

impl Known {
    fn join(self, o: Known) -> Known {
        match (self, o) {
            (Known::Nothing, k) | (k, Known::Nothing) => k,
            (a, b) if a == b => a,
            _ => Known::Varying,
        }
    }
    fn of(b: bool) -> Known {
        Known::Const(b)
    }
    fn not(self) -> Known {
        match self {
            Known::Const(b) => Known::Const(!b),
            k => k,
        }
    }
}

/// Infers types for these argument types and rewrites `f` as the module says.
///
/// # Errors
/// Typing errors with the user's line; see [`Calls`] for those of callees.
pub fn infer(f: &mut Func, args: &[Type], outside: &dyn Outside, calls: &mut dyn Calls) -> Result<(), CompileError> {
    let file = f.file.clone();
    let name = f.name.clone();
    let first = f.first_line;
    let mut i = Infer::new(f, outside, calls);
    let r = i.run(args).and_then(|()| if i.calls.provisional() { Ok(()) } else { i.finish() });
    r.map_err(|e| e.at(&file, &name, first))
}

/// Most rounds over the function before inference gives up; types climb a
/// short lattice, so a handful suffices.
const MAX_ROUNDS: usize = 64;

struct Infer<'a> {
    f: &'a mut Func,
    outside: &'a dyn Outside,
    calls: &'a mut dyn Calls,
    defs: Vec<Def>,
    known: Vec<Known>,
    reached: Vec<bool>,
    changed: bool,
    /// Errors of the current round, in visiting order.
    errors: Vec<CompileError>,
    /// What is put into the lists that this function makes, by the value of
    /// the list where it is made.
    list_items: HashMap<Value, Type>,
}

impl<'a> Infer<'a> {
    fn new(f: &'a mut Func, outside: &'a dyn Outside, calls: &'a mut dyn Calls) -> Self {
        let defs = f.definitions();
        let (values, blocks) = (f.types.len(), f.blocks.len());
        Infer {
            f,
            outside,
            calls,
            defs,
            known: vec![Known::Nothing; values],
            reached: vec![false; blocks],
            changed: false,
            errors: vec![],
            list_items: HashMap::new(),
        }
    }

    fn run(&mut self, args: &[Type]) -> Result<(), CompileError> {
        let params = self.f.blocks[0].params.clone();
        if params.len() != args.len() {
            return Err(CompileError::bug(format!("{} arguments for {} parameters", args.len(), params.len())));
        }
        for (p, t) in params.iter().zip(args) {
            self.f.types[p.index()] = t.clone();
            self.known[p.index()] = Known::Varying;
        }
        self.reached[0] = true;
        let declared = self.calls.declared_return();
        if let Some(t) = &declared {
            self.f.return_type = t.clone();
            self.calls.found_return(t);
        }
        let order = self.f.reverse_post_order();
        for _ in 0..MAX_ROUNDS {
            self.changed = false;
            self.errors.clear();
            for b in &order {
                if self.reached[b.index()] {
                    self.block(*b, declared.is_some());
                }
            }
            if !self.changed {
                return match self.errors.drain(..).next() {
                    Some(e) => Err(e),
                    None => Ok(()),
                };
            }
        }
        Err(CompileError::new(crate::error::Audience::Limit, "type inference does not converge"))
    }

    fn ty(&self, v: Value) -> &Type {
        &self.f.types[v.index()]
    }

    fn set(&mut self, v: Value, t: Type) {
        if self.f.types[v.index()] != t {
            self.f.types[v.index()] = t;
            self.changed = true;
        }
    }

    fn set_known(&mut self, v: Value, k: Known) {
        if self.known[v.index()] != k {
            self.known[v.index()] = k;
            self.changed = true;
        }
    }

    fn fail(&mut self, e: CompileError, line: u32) {
        let e = e.at(&self.f.file, &self.f.name, line);
        self.errors.push(e);
    }

    /// Types of one block; a declared return type is not found but kept to.
    fn block(&mut self, b: Block, declared: bool) {
        if let Some(handler) = self.f.blocks[b.index()].term.handler().cloned() {
            self.edge(&handler, self.f.blocks[b.index()].term_line);
        }
        for n in 0..self.f.blocks[b.index()].insts.len() {
            let inst = self.f.blocks[b.index()].insts[n].clone();
            match self.inst(&inst) {
                Ok(()) => {}
                Err(e) => self.fail(e, inst.line),
            }
            // As far as is known the variable is unbound here: what follows is
            // not reached, so it must not tell the paths that follow anything.
            if let Op::CheckDefined { defined, .. } = inst.op
                && self.known[defined.index()] != Known::Varying
                && self.known[defined.index()] != Known::Const(true)
            {
                return;
            }
        }
        let line = self.f.blocks[b.index()].term_line;
        match self.f.blocks[b.index()].term.inner().clone() {
            Term::Return(v) if declared => {
                let (t, to) = (self.ty(v), &self.f.return_type);
                if *t != Type::Unknown && fit(t, to).is_none() {
                    let e = format!("No conversion from {t} to {to} for the return value");
                    self.fail(CompileError::typing(e), line);
                }
            }
            Term::Return(v) => {
                let t = self.ty(v).clone();
                match unify(&self.f.return_type, &t) {
                    Some(t) if t != self.f.return_type => {
                        self.f.return_type = t;
                        self.changed = true;
                    }
                    Some(_) => {}
                    None => {
                        let e = format!("Can't unify return type from the following types: {}, {t}", self.f.return_type);
                        self.fail(CompileError::typing(e), line);
                    }
                }
                let t = self.f.return_type.clone();
                self.widen_list(v, &t);
                self.calls.found_return(&t);
            }
            Term::Branch { cond, then, otherwise } => match self.known[cond.index()] {
                Known::Const(true) => self.edge(&then, line),
                Known::Const(false) => self.edge(&otherwise, line),
                Known::Varying => {
                    self.edge(&then, line);
                    self.edge(&otherwise, line);
                }
                Known::Nothing => {}
            },
            Term::Jump(t) => self.edge(&t, line),
            _ => {}
        }
    }

    fn edge(&mut self, t: &super::Target, line: u32) {
        if !self.reached[t.block.index()] {
            self.reached[t.block.index()] = true;
            self.changed = true;
        }
        let params = self.f.blocks[t.block.index()].params.clone();
        for (p, a) in params.iter().zip(&t.args) {
            let arriving = self.ty(*a).clone();
            match unify(self.ty(*p), &arriving) {
                Some(t) => {
                    self.widen_list(*a, &t);
                    self.set(*p, t);
                }
                None => {
                    let what = match &self.f.names[p.index()] {
                        Some(n) => format!(" for '{n}'"),
                        None => String::new(),
                    };
                    let e = format!("Cannot unify {} and {arriving}{what}", self.ty(*p));
                    let e = match &self.f.names[p.index()] {
                        Some(n) => CompileError::typing(e)
                            .note(format!("'{n}' has different types on the paths that meet here; give it one type.")),
                        None => CompileError::typing(e),
                    };
                    self.fail(e, line);
                }
            }
            let k = self.known[p.index()].join(self.known[a.index()]);
            self.set_known(*p, k);
        }
    }

    /// A list arrives where lists of a wider type are expected.
    fn widen_list(&mut self, v: Value, to: &Type) {
        if let (Type::ReflectedList(all), Type::ReflectedList(item)) = (to, self.ty(v))
            && all != item
        {
            self.put_into_list(v, all);
        }
    }

    /// Something of type `item` is put into a list: where the list is made in
    /// this function, its items become wide enough.
    pub(super) fn put_into_list(&mut self, list: Value, item: &Type) {
        if *item == Type::Unknown {
            return;
        }
        let mut seen = vec![list];
        let mut at = 0;
        while let Some(&v) = seen.get(at) {
            at += 1;
            let sources = match self.defs[v.index()] {
                Def::Param(b, k) if b != Block(0) => {
                    let into = self.f.blocks.iter().flat_map(|p| p.term.targets());
                    into.filter(|t| t.block == b).map(|t| t.args[k as usize]).collect()
                }
                _ => match self.f.def_op(&self.defs, v) {
                    Some(Op::Binary { a, inplace: true, .. }) => vec![*a],
                    _ => vec![],
                },
            };
            if sources.is_empty() {
                let old = self.list_items.get(&v).cloned().unwrap_or(Type::Unknown);
                if let Some(new) = unify(&old, item)
                    && new != old
                {
                    self.list_items.insert(v, new);
                    self.changed = true;
                }
            }
            for s in sources {
                if !seen.contains(&s) {
                    seen.push(s);
                }
            }
        }
    }

    fn constant(&self, v: Value) -> Option<ConstValue> {
        if let Some(c) = self.f.constant(&self.defs, v) {
            return Some(c);
        }
        match self.ty(v) {
            Type::None => Some(ConstValue::None),
            Type::Global(g) => Some(ConstValue::Global(g.clone())),
            _ => None,
        }
    }

    /// Results of an instruction; Unknown operands leave them Unknown.
    fn inst(&mut self, inst: &Inst) -> Result<(), CompileError> {
        let mut waiting = false;
        inst.op.for_uses(|v| waiting |= *self.ty(v) == Type::Unknown);
        if waiting {
            return Ok(());
        }
        if let Op::IterNext { iter } = inst.op {
            let t = self.ty(iter).clone();
            self.set(inst.results[0], Type::BOOL);
            self.set_known(inst.results[0], Known::Varying);
            self.set(inst.results[1], access::item(&t)?);
            self.set_known(inst.results[1], Known::Varying);
            self.set(inst.results[2], t);
            return Ok(());
        }
        let (mut t, k) = self.op(&inst.op)?;
        if let Some(r) = inst.results.first() {
            if let (Type::ReflectedList(item), Some(more)) = (&t, self.list_items.get(r))
                && let Some(all) = unify(item, more)
            {
                t = Type::ReflectedList(all.into());
            }
            self.set(*r, t);
            self.set_known(*r, k);
        }
        Ok(())
    }

    fn op(&mut self, op: &Op) -> Result<(Type, Known), CompileError> {
        let varying = |t: Type| Ok((t, Known::Varying));
        let plain = |i: &Self, v: Value| strip(i.ty(v)).clone();
        match op {
            Op::Const(c) => {
                let k = if let ConstValue::Bool(b) = c { Known::of(*b) } else { Known::Varying };
                Ok((typing::of_constant(c)?, k))
            }
            Op::Undef => Ok((Type::Unknown, Known::Nothing)),
            Op::Binary { op, a, b, inplace } => {
                if let (true, Type::ReflectedList(_), Type::ReflectedList(item)) = (*inplace, self.ty(*a), self.ty(*b)) {
                    let item = item.clone();
                    self.put_into_list(*a, &item);
                }
                varying(sized(operators::binary(*op, *inplace, &plain(self, *a), &plain(self, *b))?)?)
            }
            Op::Unary { op: UnaryOp::Not, a } => {
                let t = operators::unary(UnaryOp::Not, self.ty(*a))?;
                Ok((t, self.known[a.index()].not()))
            }
            Op::Unary { op, a } => varying(operators::unary(*op, &plain(self, *a))?),
            Op::Compare { op, a, b } => self.compare(*op, *a, *b),
            Op::Is { a, b, negate } => {
                let k = self.is(*a, *b);
                Ok((Type::BOOL, if *negate { k.not() } else { k }))
            }
            Op::Contains { item, container, .. } => {
                let (i, c) = (plain(self, *item), plain(self, *container));
                let refuse = || typing::no_operator("contains", &[&c, &i]);
                match &c {
                    Type::Tuple(ts) => {
                        for t in ts.iter() {
                            operators::compare(CompareOp::Eq, t, &i).map_err(|_| refuse())?;
                        }
                    }
                    Type::Array(_) | Type::Range { .. } if matches!(i, Type::Scalar(_)) => {}
                    Type::Str if i == Type::Str => {}
                    Type::ReflectedList(t) => {
                        if **t != Type::Unknown {
                            operators::compare(CompareOp::Eq, t, &i).map_err(|_| refuse())?;
                        }
                    }
                    _ => return Err(refuse()),
                }
                varying(Type::BOOL)
            }
            Op::Truth { a } => {
                let k = match (self.constant(*a), self.ty(*a)) {
                    (Some(c), _) => super::simplify::const_truth(&c).map_or(Known::Varying, Known::of),
                    (None, Type::Scalar(_)) => self.known[a.index()],
                    (None, Type::Optional(_)) => Known::Varying,
                    (None, Type::Tuple(t)) => Known::of(!t.is_empty()),
                    (None, Type::Array(_)) => Known::Varying,
                    (None, Type::Str | Type::ReflectedList(_)) => Known::Varying,
                    (None, t) => return Err(typing::no_implementation("<class 'bool'>", "bool", &[t])),
                };
                Ok((Type::BOOL, if k == Known::Nothing { Known::Varying } else { k }))
            }
            Op::Attr { object, name } => match (self.ty(*object).clone(), self.constant(*object)) {
                (Type::Global(g), _) => match self.outside.attribute(&g, name) {
                    Some(c) => varying(typing::of_constant(&c)?),
                    None => Err(CompileError::typing(format!("Unknown attribute '{name}' of type {g}"))),
                },
                (t, _) => varying(library::infer_attr(&t, name)?),
            },
            Op::GetItem { object, index } => {
                let (o, i) = (plain(self, *object), plain_index(self.ty(*index)));
                match &o {
                    Type::Array(a) => varying(index::getitem(*a, &i)?),
                    Type::Tuple(items) => {
                        if let Some(c) = self.index_constant(*index)
                            && let Some(at) = access::tuple_index(items, &c)?
                        {
                            return varying(match at {
                                access::TupleIndex::At(n) => items[n as usize].clone(),
                                access::TupleIndex::Range(ns) => {
                                    Type::Tuple(ns.iter().map(|n| items[*n as usize].clone()).collect::<Vec<_>>().into())
                                }
                            });
                        }
                        varying(access::tuple_item(&o, items, &i)?)
                    }
                    Type::ReflectedList(_) if matches!(i, Type::Slice { .. }) => varying(o.clone()),
                    Type::ReflectedList(item) if typing::is_integer(&i) && i != Type::BOOL => varying((**item).clone()),
                    Type::Str if matches!(i, Type::Slice { .. }) || (typing::is_integer(&i) && i != Type::BOOL) => varying(Type::Str),
                    _ => Err(typing::no_operator("getitem", &[&o, &i])),
                }
            }
            Op::SetItem { object, index, value } => {
                let (o, i, v) = (plain(self, *object), plain_index(self.ty(*index)), plain(self, *value));
                match &o {
                    Type::Array(a) => index::setitem(*a, &i, &v)?,
                    Type::ReflectedList(item) if typing::is_integer(&i) && i != Type::BOOL => {
                        let item = item.clone();
                        self.put_into_list(*object, &v);
                        if *item != Type::Unknown && unify(&item, &v).is_none_or(|u| u != *item) {
                            return Err(typing::no_operator("setitem", &[&o, &i, &v]));
                        }
                    }
                    _ => return Err(typing::no_operator("setitem", &[&o, &i, &v])),
                }
                varying(Type::None)
            }
            Op::Tuple(items) => varying(sized(Type::Tuple(items.iter().map(|v| self.ty(*v).clone()).collect::<Vec<_>>().into()))?),
            Op::TupleGet { tuple, index } => match self.ty(*tuple) {
                Type::Tuple(items) if (*index as usize) < items.len() => varying(items[*index as usize].clone()),
                t => Err(CompileError::bug(format!("element {index} of {t}"))),
            },
            Op::Unpack { sequence, count } => match plain(self, *sequence) {
                Type::Tuple(items) if items.len() == *count as usize => varying(Type::Tuple(items)),
                Type::Tuple(items) => {
                    let (n, count) = (items.len(), *count as usize);
                    Err(CompileError::typing(if n > count {
                        format!("too many values to unpack (expected {count})")
                    } else {
                        format!("not enough values to unpack (expected {count}, got {n})")
                    }))
                }
                Type::Array(a) if a.ndim > 0 => {
                    let item = access::item(&Type::ArrayIter(a))?;
                    varying(typing::uni_tuple(item, *count as usize))
                }
                t => Err(typing::no_implementation("<intrinsic exhaust_iter>", "exhaust_iter", &[&t])),
            },
            Op::Slice { start, stop, step } => {
                let mut present = [false; 3];
                for (n, v) in [start, stop, step].into_iter().enumerate() {
                    let Some(v) = v else { continue };
                    match plain(self, *v) {
                        Type::None => {}
                        t if typing::is_integer(&t) => present[n] = true,
                        t => return Err(typing::no_implementation("<class 'slice'>", "slice", &[&t])),
                    }
                }
                varying(Type::Slice { start: present[0], stop: present[1], step: present[2] })
            }
            Op::Call { callee, args, keywords } => self.call(*callee, args, keywords),
            Op::Iter { object } => varying(access::iter(&plain(self, *object))?),
            Op::IterNext { .. } | Op::Poll | Op::CheckDefined { .. } => varying(Type::None),
            Op::Cast { to, .. } | Op::Guard { to, .. } => varying(to.clone()),
            Op::Closure { closure, .. } => Err(CompileError::unsupported(
                "T0036",
                format!("not supported in nopython mode: the inner function '{}' used as a value", closure.code.name),
            )),
        }
    }

    fn compare(&mut self, op: CompareOp, a: Value, b: Value) -> Result<(Type, Known), CompileError> {
        let (x, y) = (self.ty(a).clone(), self.ty(b).clone());
        let equality = matches!(op, CompareOp::Eq | CompareOp::Ne);
        let same = match (self.constant(a), self.constant(b)) {
            (Some(ConstValue::Str(s)), Some(ConstValue::Str(t))) => Some(s == t),
            (Some(ConstValue::Global(g)), Some(ConstValue::Global(h))) => match (&*g, &*h) {
                (Global::DType(d), Global::DType(e)) => Some(d == e),
                (Global::DType(d), Global::NumbaType(Type::Scalar(e))) | (Global::NumbaType(Type::Scalar(e)), Global::DType(d)) => {
                    Some(d == e)
                }
                _ => None,
            },
            (Some(ConstValue::None), Some(ConstValue::None)) => Some(true),
            _ if equality && (x == Type::None) != (y == Type::None) && !matches!((&x, &y), (Type::Optional(_), _) | (_, Type::Optional(_))) => {
                Some(false)
            }
            _ => None,
        };
        if let (Some(same), true) = (same, equality) {
            return Ok((Type::BOOL, Known::of(same == (op == CompareOp::Eq))));
        }
        let t = operators::compare(op, strip(&x), strip(&y))?;
        Ok((t, Known::Varying))
    }

    /// `a is b`, as far as the types tell.
    fn is(&self, a: Value, b: Value) -> Known {
        let (x, y) = (self.ty(a), self.ty(b));
        match (x, y) {
            (Type::None, Type::None) => Known::Const(true),
            (Type::None, Type::Optional(_)) | (Type::Optional(_), Type::None) => Known::Varying,
            (Type::None, _) | (_, Type::None) => Known::Const(false),
            (Type::Global(g), Type::Global(h)) => Known::of(g == h),
            (x, y) if x == y => Known::Varying,
            (Type::Scalar(_), Type::Scalar(_)) => Known::Varying,
            _ => Known::Const(false),
        }
    }

    /// Constant of an index, slices made from constants included.
    fn index_constant(&self, v: Value) -> Option<ConstValue> {
        match self.f.def_op(&self.defs, v) {
            Some(Op::Slice { start, stop, step }) => {
                let mut parts = [None; 3];
                for (n, m) in [start, stop, step].into_iter().enumerate() {
                    if let Some(m) = m {
                        match self.constant(*m)? {
                            ConstValue::Int(i) => parts[n] = Some(i),
                            ConstValue::None => {}
                            _ => return None,
                        }
                    }
                }
                Some(ConstValue::Slice(parts))
            }
            Some(Op::Unary { op: UnaryOp::Neg, a }) => match self.constant(*a)? {
                ConstValue::Int(i) => Some(ConstValue::Int(i.checked_neg()?)),
                _ => None,
            },
            _ => self.constant(v),
        }
    }
}

/// Most items of a tuple, those of tuples in it counted one by one.
const LARGEST_TUPLE: usize = 1 << 14;

/// Refuses tuples that would fill memory: `t = (t, t)` doubles at each step.
fn sized(t: Type) -> Result<Type, CompileError> {
    fn within(t: &Type, left: &mut usize) -> bool {
        match t {
            Type::Tuple(items) => items.iter().all(|t| within(t, left)),
            _ => {
                *left = left.saturating_sub(1);
                *left > 0
            }
        }
    }
    if matches!(t, Type::Tuple(_)) && !within(&t, &mut { LARGEST_TUPLE }) {
        let text = format!("a tuple of more than {LARGEST_TUPLE} items");
        return Err(CompileError::new(crate::error::Audience::Limit, text));
    }
    Ok(t)
}

/// Index types with optionals unwrapped, inside tuples too.
fn plain_index(t: &Type) -> Type {
    match strip(t) {
        Type::Tuple(items) => Type::Tuple(items.iter().map(|t| strip(t).clone()).collect::<Vec<_>>().into()),
        t => t.clone(),
    }
}
