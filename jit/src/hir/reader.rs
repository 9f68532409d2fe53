//! Reader of the textual HIR: the inverse of [`super::text`] for functions
//! without objects of the program (jitted functions, frozen arrays, inner
//! functions), which have no text.

use super::cursor::Cursor;
use super::types::{DType, Type};
use super::value::{CompileOptions, ConstValue, Global};
use super::{
    BinaryOp, Block, BlockData, CompareOp, ExitReason, FrameState, Func, Inst, Op, ParallelLoop, Reduction, StackItem, State,
    Target, Term, UnaryOp, Value, Variable, type_text,
};
use crate::error::CompileError;
use std::sync::Arc;

/// Reads one function.
///
/// # Errors
/// Our bug: the text is not HIR; with line and place.
pub fn read(text: &str) -> Result<Func, CompileError> {
    let mut r = Reader { f: Func::empty("".into(), "".into(), 0, CompileOptions::default()), line: 0 };
    let mut block = None;
    for (n, line) in text.lines().enumerate() {
        let mut c = Cursor::on_line(line, n as u32 + 1);
        if c.at_end() || c.eat("}") {
            continue;
        }
        let done = if line.starts_with("func ") || line.starts_with("loop ") {
            r.header(&mut c)
        } else if line.starts_with("parallel ") {
            r.parallel(&mut c)
        } else if line.starts_with("bb") {
            r.line = 0;
            r.block(&mut c).map(|b| block = Some(b))
        } else {
            block.and_then(|b| r.instruction(&mut c, b))
        };
        done.ok_or_else(|| c.error("HIR"))?;
        if !c.at_end() {
            return Err(c.error("the end of the line"));
        }
    }
    Ok(r.f)
}

/// Reads a constant.
pub(super) fn constant(c: &mut Cursor<'_>) -> Option<ConstValue> {
    let global = |g| Some(ConstValue::Global(Arc::new(g)));
    if c.eat("@") {
        return global(Global::Library(c.path()?.into()));
    }
    if c.eat("(") {
        let mut items = Vec::new();
        while !c.eat(")") {
            items.push(constant(c)?);
            c.eat(",");
        }
        return Some(ConstValue::Tuple(items.into()));
    }
    if c.eat("...") {
        return Some(ConstValue::Ellipsis);
    }
    if let Some(s) = c.quoted() {
        return Some(ConstValue::Str(s.into()));
    }
    let word = c.number()?;
    let part = |c: &mut Cursor<'_>| match c.number()? {
        "None" => Some(None),
        n => Some(Some(n.parse().ok()?)),
    };
    Some(match word {
        "None" => ConstValue::None,
        "True" => ConstValue::Bool(true),
        "False" => ConstValue::Bool(false),
        "module" => {
            c.expect("@")?;
            return global(Global::Module(c.path()?.into()));
        }
        "dtype" => return global(Global::DType(DType::from_name(c.word()?)?)),
        "type" => return global(Global::NumbaType(type_text::read(c)?)),
        "exception" => return global(Global::ExceptionClass { name: c.path()?.into(), id: c.integer()?.try_into().ok()? }),
        "slice" => {
            c.expect("(")?;
            let a = part(c)?;
            c.expect(",")?;
            let b = part(c)?;
            c.expect(",")?;
            let s = part(c)?;
            c.expect(")")?;
            ConstValue::Slice([a, b, s])
        }
        "complex" => {
            c.expect("(")?;
            let re = c.number()?.parse().ok()?;
            c.expect(",")?;
            let im = c.number()?.parse().ok()?;
            c.expect(")")?;
            ConstValue::Complex(re, im)
        }
        w if DType::from_name(w).is_some() => {
            c.expect("(")?;
            let inner = constant(c)?;
            c.expect(")")?;
            ConstValue::Scalar(DType::from_name(w)?, Box::new(inner))
        }
        w => match (w.parse::<i64>(), w.strip_suffix('u').and_then(|u| u.parse().ok())) {
            (Ok(i), _) => ConstValue::Int(i),
            (_, Some(u)) => ConstValue::UInt(u),
            _ => ConstValue::Float(w.parse().ok()?),
        },
    })
}

struct Reader {
    f: Func,
    line: u32,
}

impl Reader {
    fn grow(&mut self, v: Value) {
        while self.f.types.len() <= v.index() {
            self.f.add_value(Type::Unknown);
        }
    }

    fn value(&mut self, c: &mut Cursor<'_>) -> Option<Value> {
        let v = Value(c.entity("v")?);
        self.grow(v);
        Some(v)
    }

    /// `v1: int64 fused "x"`.
    fn definition(&mut self, c: &mut Cursor<'_>) -> Option<Value> {
        let v = self.value(c)?;
        c.expect(":")?;
        self.f.types[v.index()] = type_text::read(c)?;
        self.f.fused[v.index()] = c.eat("fused");
        self.f.names[v.index()] = c.quoted().map(Into::into);
        Some(v)
    }

    fn variable(c: &mut Cursor<'_>) -> Option<Variable> {
        let kind = c.word()?;
        c.expect("(")?;
        let n = c.integer()?.try_into().ok()?;
        c.expect(")")?;
        Some(match kind {
            "Fast" => Variable::Fast(n),
            "Cell" => Variable::Cell(n),
            "Name" => Variable::Name(n),
            "Global" => Variable::Global(n),
            _ => return None,
        })
    }

    fn header(&mut self, c: &mut Cursor<'_>) -> Option<()> {
        self.f.ordinary = c.word()? == "loop";
        self.f.name = c.quoted()?.into();
        c.expect("[")?;
        while !c.eat("]") {
            self.f.variables.push(Self::variable(c)?);
            c.eat(",");
        }
        c.expect("->")?;
        self.f.return_type = type_text::read(c)?;
        c.expect("{")
    }

    fn grow_blocks(&mut self, b: Block) {
        while self.f.blocks.len() <= b.index() {
            self.f.blocks.push(BlockData { params: vec![], insts: vec![], term: Term::Unreachable, term_line: 0 });
        }
    }

    fn block_id(&mut self, c: &mut Cursor<'_>) -> Option<Block> {
        let b = Block(c.entity("bb")?);
        self.grow_blocks(b);
        Some(b)
    }

    fn block(&mut self, c: &mut Cursor<'_>) -> Option<Block> {
        let b = self.block_id(c)?;
        if c.eat("(") {
            while !c.eat(")") {
                let v = self.definition(c)?;
                self.f.blocks[b.index()].params.push(v);
                c.eat(",");
            }
        }
        c.expect(":")?;
        Some(b)
    }

    fn parallel(&mut self, c: &mut Cursor<'_>) -> Option<()> {
        c.expect("parallel")?;
        let header = self.block_id(c)?;
        c.expect("exit")?;
        let exit = self.block_id(c)?;
        c.expect("body")?;
        let mut body = Vec::new();
        let mut reductions = Vec::new();
        while !c.eat("reductions") {
            body.push(self.block_id(c)?);
        }
        while !c.at_end() {
            let v = self.value(c)?;
            let r = match c.word()? {
                "Add" => Reduction::Add,
                "Mul" => Reduction::Mul,
                "Min" => Reduction::Min,
                "Max" => Reduction::Max,
                "And" => Reduction::And,
                "Or" => Reduction::Or,
                "Xor" => Reduction::Xor,
                "Last" => Reduction::Last,
                _ => return None,
            };
            reductions.push((v, r));
        }
        self.f.parallel_loops.push(ParallelLoop { header, exit, body, reductions });
        Some(())
    }

    fn values(&mut self, c: &mut Cursor<'_>) -> Option<Vec<Value>> {
        let mut out = Vec::new();
        while let Some(v) = c.entity("v") {
            self.grow(Value(v));
            out.push(Value(v));
            if !c.eat(",") {
                break;
            }
        }
        Some(out)
    }

    fn target(&mut self, c: &mut Cursor<'_>) -> Option<Target> {
        let block = self.block_id(c)?;
        let mut args = vec![];
        if c.eat("(") {
            args = self.values(c)?;
            c.expect(")")?;
        }
        Some(Target { block, args })
    }

    fn state(&mut self, c: &mut Cursor<'_>) -> Option<Option<State>> {
        if !c.eat("@") {
            return Some(None);
        }
        let offset = c.integer()?.try_into().ok()?;
        c.expect("[")?;
        let mut locals = vec![None; self.f.variables.len()];
        while !c.eat("|") {
            let v = Self::variable(c)?;
            let at = self.f.variables.iter().position(|x| *x == v)?;
            c.expect("=")?;
            locals[at] = Some(self.value(c)?);
        }
        let mut stack = Vec::new();
        while !c.eat("]") {
            stack.push(if c.eat("null") {
                StackItem::Null
            } else if c.eat("entry_iter(") {
                let n = c.integer()?.try_into().ok()?;
                c.expect(",")?;
                let v = self.value(c)?;
                c.expect(")")?;
                StackItem::EntryIter(n, v)
            } else if c.eat("entry(") {
                let n = c.integer()?.try_into().ok()?;
                c.expect(")")?;
                StackItem::Entry(n)
            } else if c.eat("array_iter(") {
                let n = c.integer()?.try_into().ok()?;
                c.expect(",")?;
                let v = self.value(c)?;
                c.expect(")")?;
                StackItem::ArrayIter(n, v)
            } else if c.eat("iter(") {
                let v = self.value(c)?;
                c.expect(")")?;
                StackItem::Iter(v)
            } else if c.eat("const") {
                StackItem::Global(constant(c)?)
            } else {
                StackItem::Value(self.value(c)?)
            });
        }
        self.f.states.push(FrameState { offset, locals, stack });
        Some(Some(State::new(self.f.states.len() - 1)))
    }

    fn line(&mut self, c: &mut Cursor<'_>) -> Option<u32> {
        if c.eat(";") {
            self.line = c.integer()?.try_into().ok()?;
        }
        Some(self.line)
    }

    fn instruction(&mut self, c: &mut Cursor<'_>, b: Block) -> Option<()> {
        if let Some(term) = self.term(c) {
            let line = self.line(c)?;
            let data = &mut self.f.blocks[b.index()];
            data.term = term?;
            data.term_line = line;
            return Some(());
        }
        let mut results = Vec::new();
        while let Some(v) = c.entity("v") {
            let v = Value(v);
            self.grow(v);
            c.expect(":")?;
            self.f.types[v.index()] = type_text::read(c)?;
            self.f.fused[v.index()] = c.eat("fused");
            self.f.names[v.index()] = c.quoted().map(Into::into);
            results.push(v);
            if !c.eat(",") {
                c.expect("=")?;
                break;
            }
        }
        let op = self.op(c)?;
        let state = self.state(c)?;
        let line = self.line(c)?;
        self.f.blocks[b.index()].insts.push(Inst { op, results, line, state });
        Some(())
    }

    /// A terminator: `None` if the line is something else.
    fn term(&mut self, c: &mut Cursor<'_>) -> Option<Option<Term>> {
        Some(if c.eat("jump ") {
            self.target(c).map(Term::Jump)
        } else if c.eat("guarded ") {
            let handler = self.target(c);
            c.expect(",")?;
            let then = self.term(c)?;
            handler.zip(then).map(|(handler, then)| Term::Guarded { handler, then: then.into() })
        } else if c.eat("branch ") {
            self.branch(c)
        } else if c.eat("return ") {
            self.value(c).map(Term::Return)
        } else if c.eat("raise") {
            let exception = c.entity("v").map(Value);
            Some(Term::Raise { exception })
        } else if c.eat("exit ") {
            self.exit(c)
        } else if c.eat("unreachable") {
            Some(Term::Unreachable)
        } else {
            return None;
        })
    }

    fn branch(&mut self, c: &mut Cursor<'_>) -> Option<Term> {
        let cond = self.value(c)?;
        c.expect(",")?;
        let then = self.target(c)?;
        c.expect(",")?;
        let otherwise = self.target(c)?;
        Some(Term::Branch { cond, then, otherwise })
    }

    fn exit(&mut self, c: &mut Cursor<'_>) -> Option<Term> {
        let text = c.quoted()?;
        let reason = ExitReason::ALL.iter().copied().find(|r| r.text() == text)?;
        let state = self.state(c)??;
        Some(Term::Exit { state, reason })
    }

    fn pair(&mut self, c: &mut Cursor<'_>) -> Option<(Value, Value)> {
        let a = self.value(c)?;
        c.expect(",")?;
        Some((a, self.value(c)?))
    }

    fn op(&mut self, c: &mut Cursor<'_>) -> Option<Op> {
        let word = c.word()?;
        Some(match word {
            "const" => Op::Const(constant(c)?),
            "binary" | "inplace" => {
                let op = BinaryOp::from_text(c.symbol()?)?;
                let (a, b) = self.pair(c)?;
                Op::Binary { op, a, b, inplace: word == "inplace" }
            }
            "unary" => {
                let op = UnaryOp::from_text(c.symbol()?)?;
                Op::Unary { op, a: self.value(c)? }
            }
            "compare" => {
                let op = CompareOp::from_text(c.symbol()?)?;
                let (a, b) = self.pair(c)?;
                Op::Compare { op, a, b }
            }
            "is" => {
                let negate = c.eat("not");
                let (a, b) = self.pair(c)?;
                Op::Is { a, b, negate }
            }
            "in" => {
                let negate = c.eat("not");
                let (item, container) = self.pair(c)?;
                Op::Contains { item, container, negate }
            }
            "truth" => Op::Truth { a: self.value(c)? },
            "attr" => {
                let object = self.value(c)?;
                c.expect(",")?;
                Op::Attr { object, name: c.word()?.into() }
            }
            "getitem" => {
                let (object, index) = self.pair(c)?;
                Op::GetItem { object, index }
            }
            "setitem" => {
                let (object, index) = self.pair(c)?;
                c.expect(",")?;
                Op::SetItem { object, index, value: self.value(c)? }
            }
            "tuple" => Op::Tuple(self.values(c)?),
            "tuple_get" | "unpack" => {
                let v = self.value(c)?;
                c.expect(",")?;
                let n = c.integer()?.try_into().ok()?;
                if word == "unpack" { Op::Unpack { sequence: v, count: n } } else { Op::TupleGet { tuple: v, index: n } }
            }
            "slice" => {
                let mut part = |c: &mut Cursor<'_>| c.entity("v").map(Value).inspect(|v| self.grow(*v));
                let start = part(c);
                c.expect(":")?;
                let stop = part(c);
                c.expect(":")?;
                Op::Slice { start, stop, step: part(c) }
            }
            "call" => self.call(c)?,
            "iter" => Op::Iter { object: self.value(c)? },
            "iter_next" => Op::IterNext { iter: self.value(c)? },
            "cast" | "guard" => {
                let a = self.value(c)?;
                c.expect("to")?;
                let to = type_text::read(c)?;
                if word == "cast" { Op::Cast { a, to } } else { Op::Guard { a, to } }
            }
            "check_defined" => {
                let defined = self.value(c)?;
                c.expect(",")?;
                Op::CheckDefined { defined, name: c.word()?.into() }
            }
            "undef" => Op::Undef,
            "poll" => Op::Poll,
            _ => return None,
        })
    }

    fn call(&mut self, c: &mut Cursor<'_>) -> Option<Op> {
        let callee = self.value(c)?;
        c.expect("(")?;
        let (mut args, mut keywords) = (vec![], vec![]);
        while !c.eat(")") {
            match c.entity("v") {
                Some(v) => args.push(Value(v)),
                None => {
                    let name: Arc<str> = c.word()?.into();
                    c.expect("=")?;
                    keywords.push((name, self.value(c)?));
                }
            }
            c.eat(",");
        }
        args.iter().for_each(|v| self.grow(*v));
        Some(Op::Call { callee, args, keywords })
    }
}
