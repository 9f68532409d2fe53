//! The textual form of HIR: one line an instruction.
//!
//! ```text
//! func "f" [] -> int64 {
//! bb0(v0: int64 "n"):
//!     v1: int64 = const 1 ; 4
//!     v2: int64 = binary + v0, v1
//!     branch v5, bb1(v2), bb2
//! }
//! ```
//! A loop of ordinary code says `loop` and lists its variables in the
//! brackets. A number after `;` is the line, where it changes. [`super::reader`]
//! reads it back.

use super::type_text::TypeText;
use super::value::{ConstValue, Global};
use super::{Func, Op, StackItem, State, Target, Term, Value};
use std::fmt::{self, Display, Formatter};

/// A constant as the text writes it.
pub struct ConstText<'a>(pub &'a ConstValue);

impl Display for ConstText<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            ConstValue::None => f.write_str("None"),
            ConstValue::Bool(b) => f.write_str(if *b { "True" } else { "False" }),
            ConstValue::Int(i) => write!(f, "{i}"),
            ConstValue::UInt(u) => write!(f, "{u}u"),
            // `{:?}` of f64 keeps every digit and always shows a point or exponent.
            ConstValue::Float(x) => write!(f, "{x:?}"),
            ConstValue::Complex(re, im) => write!(f, "complex({re:?}, {im:?})"),
            ConstValue::Scalar(d, c) => write!(f, "{}({})", d.name(), ConstText(c)),
            ConstValue::Str(s) => write!(f, "{s:?}"),
            ConstValue::Tuple(items) => {
                f.write_str("(")?;
                for (i, c) in items.iter().enumerate() {
                    write!(f, "{}{}", if i > 0 { ", " } else { "" }, ConstText(c))?;
                }
                f.write_str(if items.len() == 1 { ",)" } else { ")" })
            }
            ConstValue::Ellipsis => f.write_str("..."),
            ConstValue::Slice(parts) => {
                f.write_str("slice")?;
                for (i, p) in parts.iter().enumerate() {
                    f.write_str(if i == 0 { "(" } else { ", " })?;
                    match p {
                        Some(p) => write!(f, "{p}")?,
                        None => f.write_str("None")?,
                    }
                }
                f.write_str(")")
            }
            ConstValue::Code(c) => write!(f, "code {}", c.name),
            ConstValue::Global(g) => match &**g {
                Global::Library(p) => write!(f, "@{p}"),
                Global::Module(p) => write!(f, "module @{p}"),
                Global::DType(d) => write!(f, "dtype {}", d.name()),
                Global::NumbaType(t) => write!(f, "type {}", TypeText(t)),
                Global::ExceptionClass { name, id } => write!(f, "exception {name} {id}"),
                g => write!(f, "<{g}>"),
            },
        }
    }
}

struct List<'a>(&'a [Value]);

impl Display for List<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (i, v) in self.0.iter().enumerate() {
            write!(f, "{}{v}", if i > 0 { ", " } else { "" })?;
        }
        Ok(())
    }
}

impl Display for Target {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.block)?;
        if self.args.is_empty() { Ok(()) } else { write!(f, "({})", List(&self.args)) }
    }
}

fn not(negate: bool) -> &'static str {
    if negate { " not" } else { "" }
}

impl Display for Op {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Op::Const(c) => write!(f, "const {}", ConstText(c)),
            Op::Binary { op, a, b, inplace } => {
                write!(f, "{} {} {a}, {b}", if *inplace { "inplace" } else { "binary" }, op.text())
            }
            Op::Unary { op, a } => write!(f, "unary {} {a}", op.text()),
            Op::Compare { op, a, b } => write!(f, "compare {} {a}, {b}", op.text()),
            Op::Is { a, b, negate } => write!(f, "is{} {a}, {b}", not(*negate)),
            Op::Contains { item, container, negate } => write!(f, "in{} {item}, {container}", not(*negate)),
            Op::Truth { a } => write!(f, "truth {a}"),
            Op::Attr { object, name } => write!(f, "attr {object}, {name}"),
            Op::GetItem { object, index } => write!(f, "getitem {object}, {index}"),
            Op::SetItem { object, index, value } => write!(f, "setitem {object}, {index}, {value}"),
            Op::Tuple(items) => write!(f, "tuple {}", List(items)),
            Op::TupleGet { tuple, index } => write!(f, "tuple_get {tuple}, {index}"),
            Op::Unpack { sequence, count } => write!(f, "unpack {sequence}, {count}"),
            Op::Slice { start, stop, step } => {
                f.write_str("slice ")?;
                for (i, p) in [start, stop, step].into_iter().enumerate() {
                    f.write_str(if i > 0 { ":" } else { "" })?;
                    if let Some(p) = p {
                        write!(f, "{p}")?;
                    }
                }
                Ok(())
            }
            Op::Call { callee, args, keywords } => {
                write!(f, "call {callee}({}", List(args))?;
                for (i, (k, v)) in keywords.iter().enumerate() {
                    write!(f, "{}{k}={v}", if i > 0 || !args.is_empty() { ", " } else { "" })?;
                }
                f.write_str(")")
            }
            Op::Iter { object } => write!(f, "iter {object}"),
            Op::IterNext { iter } => write!(f, "iter_next {iter}"),
            Op::Cast { a, to } => write!(f, "cast {a} to {}", TypeText(to)),
            Op::CheckDefined { defined, name } => write!(f, "check_defined {defined}, {name}"),
            Op::Undef => f.write_str("undef"),
            Op::Closure { closure, captured } => write!(f, "closure {}({})", closure.code.name, List(captured)),
            Op::Poll => f.write_str("poll"),
            Op::Guard { a, to } => write!(f, "guard {a} to {}", TypeText(to)),
        }
    }
}

impl Func {
    fn fmt_definition(&self, v: Value, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{v}: {}", TypeText(self.ty(v)))?;
        if self.fused.get(v.index()) == Some(&true) {
            f.write_str(" fused")?;
        }
        match &self.names[v.index()] {
            Some(n) => write!(f, " {n:?}"),
            None => Ok(()),
        }
    }

    fn fmt_state(&self, s: State, f: &mut Formatter<'_>) -> fmt::Result {
        let state = &self.states[s.index()];
        write!(f, " @{}[", state.offset)?;
        for (i, l) in state.locals.iter().enumerate() {
            if let Some(v) = l {
                write!(f, " {:?}={v}", self.variables[i])?;
            }
        }
        f.write_str(" |")?;
        for item in &state.stack {
            match item {
                StackItem::Value(v) => write!(f, " {v}")?,
                StackItem::Null => f.write_str(" null")?,
                StackItem::Global(c) => write!(f, " const {}", ConstText(c))?,
                StackItem::EntryIter(n, v) => write!(f, " entry_iter({n}, {v})")?,
                StackItem::Entry(n) => write!(f, " entry({n})")?,
                StackItem::ArrayIter(n, v) => write!(f, " array_iter({n}, {v})")?,
                StackItem::Iter(v) => write!(f, " iter({v})")?,
            }
        }
        f.write_str(" ]")
    }
}

impl Func {
    fn fmt_term(&self, term: &Term, f: &mut Formatter<'_>) -> fmt::Result {
        match term {
            Term::Jump(t) => write!(f, "jump {t}"),
            Term::Branch { cond, then, otherwise } => write!(f, "branch {cond}, {then}, {otherwise}"),
            Term::Return(v) => write!(f, "return {v}"),
            Term::Raise { exception: Some(v) } => write!(f, "raise {v}"),
            Term::Raise { exception: None } => f.write_str("raise"),
            Term::Exit { state, reason } => {
                write!(f, "exit {:?}", reason.text())?;
                self.fmt_state(*state, f)
            }
            Term::Unreachable => f.write_str("unreachable"),
            Term::Guarded { handler, then } => {
                write!(f, "guarded {handler}, ")?;
                self.fmt_term(then, f)
            }
        }
    }
}

impl Display for Func {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?} [", if self.ordinary { "loop" } else { "func" }, self.name)?;
        for (i, v) in self.variables.iter().enumerate() {
            write!(f, "{}{v:?}", if i > 0 { ", " } else { "" })?;
        }
        writeln!(f, "] -> {} {{", TypeText(&self.return_type))?;
        for b in self.reverse_post_order() {
            let data = &self.blocks[b.index()];
            write!(f, "{b}")?;
            for (i, p) in data.params.iter().enumerate() {
                f.write_str(if i == 0 { "(" } else { ", " })?;
                self.fmt_definition(*p, f)?;
            }
            writeln!(f, "{}:", if data.params.is_empty() { "" } else { ")" })?;
            let mut line = 0;
            for i in &data.insts {
                f.write_str("    ")?;
                for (n, r) in i.results.iter().enumerate() {
                    f.write_str(if n > 0 { ", " } else { "" })?;
                    self.fmt_definition(*r, f)?;
                }
                write!(f, "{}{}", if i.results.is_empty() { "" } else { " = " }, i.op)?;
                if let Some(s) = i.state {
                    self.fmt_state(s, f)?;
                }
                if i.line != line {
                    line = i.line;
                    write!(f, " ; {line}")?;
                }
                writeln!(f)?;
            }
            f.write_str("    ")?;
            self.fmt_term(&data.term, f)?;
            if data.term_line != line {
                write!(f, " ; {}", data.term_line)?;
            }
            writeln!(f)?;
        }
        for p in &self.parallel_loops {
            write!(f, "parallel {} exit {} body", p.header, p.exit)?;
            for b in &p.body {
                write!(f, " {b}")?;
            }
            f.write_str(" reductions")?;
            for (v, r) in &p.reductions {
                write!(f, " {v} {r:?}")?;
            }
            writeln!(f)?;
        }
        f.write_str("}\n")
    }
}

