//! Building the body of a jitted function.
//!
//! Blocks are visited in reverse post-order. Where several edges meet, every
//! live variable and every stack slot becomes a block parameter; redundant
//! ones are removed afterwards. A variable that is not certainly assigned
//! carries a flag, which its uses check.

use super::super::edit::Def;
use super::super::types::Type;
use super::super::value::{CompileOptions, ConstValue, Global, Outside};
use super::super::{Block, Func, Inst, Op, Target, Term, Value, Variable};
use super::dispatch::{Flow, step};
use super::{Display, Item, Local, Machine, StackExt, Step, Stop, undefined_name};
use crate::library::exception::CAUGHT;
use crate::library::list::DISPLAY;
use crate::bytecode::cfg::{Cfg, definitely_assigned, live_in};
use crate::bytecode::{Code, Opcode};
use crate::error::CompileError;
use std::sync::Arc;

/// What the builder needs to know beside the code.
pub struct Source<'a> {
    pub code: &'a Code,
    pub outside: &'a dyn Outside,
    pub options: CompileOptions,
    /// Inner functions: free variables are trailing parameters (in the order
    /// of the code's free variables) instead of constants of the outside.
    pub free_as_params: bool,
}

/// Builds untyped HIR: parameters are the code's arguments in order (then
/// `*args` as one tuple, then captured variables of an inner function).
///
/// # Errors
/// Unsupported constructs and undefined names, with the user's line.
pub fn build(source: &Source) -> Result<Func, CompileError> {
    let code = source.code;
    let located = |e: CompileError| e.at(&code.file, &code.name, code.first_line);
    check_kind(code).map_err(located)?;
    let cfg = Cfg::with_handlers(code).map_err(located)?;
    let mut b = Builder::new(source, &cfg);
    b.run().map_err(located)?;
    let mut f = b.func;
    super::super::simplify::simplify(&mut f);
    super::super::simplify::merge_chains(&mut f);
    Ok(f)
}

fn check_kind(code: &Code) -> Result<(), CompileError> {
    let refuse = |c, what: &str| Err(CompileError::unsupported(c, format!("{what} are not supported in nopython mode")));
    if code.is_coroutine {
        return refuse("T0027", "coroutines");
    }
    if code.is_generator {
        return refuse("T0014", "generators");
    }
    if code.has_varkeywords {
        return refuse("T0028", "**kwargs parameters");
    }
    Ok(())
}

/// Abstract interpreter state at one point.
#[derive(Clone, Debug)]
struct State {
    locals: Vec<Local>,
    stack: Vec<Item>,
}

struct Builder<'a> {
    source: &'a Source<'a>,
    code: &'a Code,
    cfg: &'a Cfg,
    func: Func,
    /// HIR block of each basic block; index = basic block.
    blocks: Vec<Block>,
    entry_states: Vec<Option<State>>,
    /// Has the join its parameters?
    joined: Vec<bool>,
    assigned: Vec<Vec<bool>>,
    live: Vec<Vec<bool>>,
    /// Where each value was made, for looking through to constants.
    made: Vec<Def>,
    current: Block,
    basic: usize,
    state: State,
    /// Where exceptions of the current block go.
    guard: Option<Target>,
    line: u32,
    undef: Value,
    no: Value,
    yes: Value,
}

impl<'a> Builder<'a> {
    fn new(source: &'a Source<'a>, cfg: &'a Cfg) -> Self {
        let code = source.code;
        let mut func = Func::empty(code.qualname.clone(), code.file.clone(), code.first_line, source.options);
        let entry = func.add_block();
        let mut state = State { locals: vec![Local::Unassigned; code.locals.len()], stack: vec![] };
        let params = (code.arg_count + code.kwonly_arg_count) as usize + usize::from(code.has_varargs);
        for (slot, local) in state.locals.iter_mut().enumerate() {
            if slot < params || (source.free_as_params && code.is_free[slot]) {
                let v = func.add_param(entry, Type::Unknown);
                func.names[v.index()] = Some(code.locals[slot].clone());
                *local = Local::Assigned(v);
            }
        }
        let at_entry: Vec<bool> =
            state.locals.iter().enumerate().map(|(s, l)| *l != Local::Unassigned || code.is_free[s]).collect();
        let mut b = Builder {
            source,
            code,
            cfg,
            func,
            blocks: vec![],
            entry_states: vec![None; cfg.blocks.len()],
            joined: vec![false; cfg.blocks.len()],
            assigned: definitely_assigned(code, cfg, &at_entry),
            live: live_in(code, cfg),
            made: vec![],
            current: entry,
            basic: 0,
            state,
            guard: None,
            line: code.first_line,
            undef: Value(0),
            no: Value(0),
            yes: Value(0),
        };
        b.undef = b.append(Op::Undef, 1)[0];
        b.no = b.append(Op::Const(ConstValue::Bool(false)), 1)[0];
        b.yes = b.append(Op::Const(ConstValue::Bool(true)), 1)[0];
        b
    }

    fn run(&mut self) -> Result<(), CompileError> {
        self.blocks = self.cfg.blocks.iter().map(|_| Block(0)).collect();
        for &basic in &self.cfg.rpo {
            self.blocks[basic] = self.func.add_block();
        }
        // The function's entry only jumps, so that block 0 has no other edge.
        let state = self.state.clone();
        let entry = self.enter(0, state).map_err(|s| self.error(s))?;
        self.end(Term::Jump(entry));
        for &basic in &self.cfg.rpo {
            let Some(state) = self.entry_states[basic].take() else { continue };
            self.state = state;
            self.basic = basic;
            self.current = self.blocks[basic];
            if let Err(stop) = self.block() {
                return Err(self.error(stop));
            }
        }
        Ok(())
    }

    fn error(&self, stop: Stop) -> CompileError {
        let e = match stop {
            Stop::Error(e) => *e,
            Stop::Branched => CompileError::bug("a block ended in nopython mode"),
            Stop::Exit(r) => CompileError::bug(format!("side exit in nopython mode: {}", r.text())),
        };
        e.at(&self.code.file, &self.code.name, self.line)
    }

    fn block(&mut self) -> Step<()> {
        if let Some(h) = self.cfg.begins[self.basic] {
            if self.code.handlers[h].push_lasti {
                self.state.stack.push(Item::Null);
            }
            let callee = self.emit(Op::Const(ConstValue::Global(Arc::new(Global::Library(CAUGHT.into())))))?;
            let caught = self.emit(Op::Call { callee, args: vec![], keywords: vec![] })?;
            self.state.stack.push(Item::Value(caught));
        }
        self.open_guard()?;
        for p in self.cfg.blocks[self.basic].range.clone() {
            let locals = self.guard.is_some().then(|| self.state.locals.clone());
            let i = &self.code.instrs[p];
            if i.line != 0 {
                self.line = i.line;
            }
            if step(self, self.code, p)? == Flow::Ended {
                return Ok(());
            }
            // A handler finds the variables as they were when the block began.
            if locals.is_some_and(|before| before != self.state.locals) {
                let next = self.func.add_block();
                self.end(Term::Jump(Target { block: next, args: vec![] }));
                self.current = next;
                self.open_guard()?;
            }
        }
        // Fell into the next block.
        let next = self.cfg.blocks[self.basic].range.end;
        self.jump(next)
    }

    /// Says where exceptions of the block that begins here go.
    fn open_guard(&mut self) -> Step<()> {
        self.guard = None;
        if let Some(h) = self.cfg.catches[self.basic] {
            let handler = &self.code.handlers[h];
            let Some(at) = self.code.position(handler.target) else {
                return Err(CompileError::bug("a handler out of the code").into());
            };
            let mut state = self.state.clone();
            state.stack.truncate(handler.depth as usize);
            self.guard = Some(self.enter(self.cfg.block_of[at], state)?);
        }
        Ok(())
    }

    fn append(&mut self, op: Op, results: usize) -> Vec<Value> {
        let results: Vec<Value> = (0..results).map(|_| self.func.add_value(Type::Unknown)).collect();
        let block = &mut self.func.blocks[self.current.index()];
        let at = block.insts.len() as u32;
        block.insts.push(Inst::new(op, results.clone(), self.line));
        self.made.resize(self.func.types.len(), Def::None);
        for (n, r) in results.iter().enumerate() {
            self.made[r.index()] = Def::Inst(self.current, at, n as u32);
        }
        results
    }

    fn end(&mut self, term: Term) {
        let term = match self.guard.take() {
            Some(handler) => Term::Guarded { handler, then: term.into() },
            None => term,
        };
        let block = &mut self.func.blocks[self.current.index()];
        block.term = term;
        block.term_line = self.line;
    }

    fn param(&mut self, block: Block, name: Option<Arc<str>>) -> Value {
        let v = self.func.add_param(block, Type::Unknown);
        self.func.names[v.index()] = name;
        v
    }

    /// Connects an edge from the current block to a basic block with the
    /// given state; gives the edge.
    fn enter(&mut self, basic: usize, state: State) -> Step<Target> {
        let block = self.blocks[basic];
        if self.cfg.blocks[basic].preds.len() + usize::from(basic == 0) <= 1 && self.cfg.begins[basic].is_none() {
            self.entry_states[basic] = Some(state);
            return Ok(Target { block, args: vec![] });
        }
        if !self.joined[basic] {
            self.joined[basic] = true;
            let inside = self.join_params(basic, &state);
            self.entry_states[basic] = Some(inside);
        }
        let args = self.join_args(basic, &state)?;
        Ok(Target { block, args })
    }

    /// Makes the parameters of a join and the state inside it.
    fn join_params(&mut self, basic: usize, state: &State) -> State {
        let block = self.blocks[basic];
        let mut inside = State { locals: vec![Local::Unassigned; state.locals.len()], stack: vec![] };
        for slot in 0..state.locals.len() {
            if self.live[basic][slot] && !self.free_constant(slot) {
                let name = self.code.locals[slot].clone();
                inside.locals[slot] = self.join_local(block, Some(name), self.assigned[basic][slot]);
            }
        }
        for item in &state.stack {
            inside.stack.push(match item {
                Item::Value(_) => Item::Value(self.param(block, None)),
                Item::Handled(_) => Item::Handled(self.param(block, None)),
                Item::Saved(l) => Item::Saved(self.join_local(block, None, matches!(l, Local::Assigned(_)))),
                other => other.clone(),
            });
        }
        inside
    }

    fn join_local(&mut self, block: Block, name: Option<Arc<str>>, assigned: bool) -> Local {
        let value = self.param(block, name);
        if assigned {
            Local::Assigned(value)
        } else {
            Local::Maybe { value, flag: self.param(block, None) }
        }
    }

    /// Arguments for the parameters of a join, in `join_params`' order.
    fn join_args(&mut self, basic: usize, state: &State) -> Step<Vec<Value>> {
        let (undef, yes, no) = (self.undef, self.yes, self.no);
        let parts = |l: &Local| match *l {
            Local::Unassigned => (undef, no),
            Local::Assigned(v) => (v, yes),
            Local::Maybe { value, flag } => (value, flag),
        };
        let mut args = Vec::new();
        for (slot, l) in state.locals.iter().enumerate() {
            if self.live[basic][slot] && !self.free_constant(slot) {
                let (value, flag) = parts(l);
                args.push(value);
                if !self.assigned[basic][slot] {
                    args.push(flag);
                }
            }
        }
        for item in &state.stack {
            match item {
                Item::Value(v) | Item::Handled(v) => args.push(*v),
                Item::Saved(l) => {
                    let (value, flag) = parts(l);
                    args.push(value);
                    if !matches!(l, Local::Assigned(_)) {
                        args.push(flag);
                    }
                }
                _ => {}
            }
        }
        let expected = self.func.blocks[self.blocks[basic].index()].params.len();
        if args.len() != expected {
            return Err(self.unsupported("T0030", "control flow that joins different kinds of temporaries".into()));
        }
        Ok(args)
    }

    /// Free variables of the outermost function are constants, not state.
    fn free_constant(&self, slot: usize) -> bool {
        self.code.is_free[slot] && !self.source.free_as_params
    }

    fn global(&mut self, name: &Arc<str>) -> Step<Value> {
        match self.source.outside.global(name) {
            Some(c) => self.emit(Op::Const(c)),
            None => Err(undefined_name(name).into()),
        }
    }

    fn edge(&mut self, position: usize) -> Step<Target> {
        let basic = self.cfg.block_of[position];
        let state = self.state.clone();
        self.enter(basic, state)
    }
}

impl Machine for Builder<'_> {
    fn stack(&mut self) -> &mut Vec<Item> {
        &mut self.state.stack
    }

    fn discard(&mut self) -> Step<()> {
        self.pop_item().map(|_| ())
    }

    fn emit(&mut self, op: Op) -> Step<Value> {
        // Attributes of modules and classes are constants already here, so
        // that everything after sees the object itself.
        if let Op::Attr { object, name } = &op
            && let Some(ConstValue::Global(g)) = self.constant(*object)
            && matches!(*g, Global::Module(_) | Global::Library(_) | Global::Opaque { .. })
        {
            return match self.source.outside.attribute(&g, name) {
                Some(c) => Ok(self.append(Op::Const(c), 1)[0]),
                None => {
                    let text = format!("Unknown attribute '{name}' of type {g}");
                    Err(CompileError::typing(text).into())
                }
            };
        }
        Ok(self.append(op, 1)[0])
    }

    fn emit_effect(&mut self, op: Op) -> Step<()> {
        self.append(op, 0);
        Ok(())
    }

    fn constant(&self, v: Value) -> Option<ConstValue> {
        match self.made_by(v)? {
            Op::Const(c) => Some(c),
            Op::Tuple(items) => {
                Some(ConstValue::Tuple(items.iter().map(|i| self.constant(*i)).collect::<Option<Vec<_>>>()?.into()))
            }
            _ => None,
        }
    }

    fn made_by(&self, v: Value) -> Option<Op> {
        match self.made.get(v.index())? {
            Def::Inst(b, i, _) => Some(self.func.blocks[b.index()].insts[*i as usize].op.clone()),
            _ => None,
        }
    }

    fn has_text(&self) -> bool {
        true
    }

    fn take_display(&mut self, v: Value) -> Option<(Display, Vec<Value>)> {
        let Def::Inst(b, i, _) = *self.made.get(v.index())? else { return None };
        let op = &self.func.blocks[b.index()].insts[i as usize].op;
        let taken = match op {
            Op::Tuple(items) => (Display::Tuple, items.clone()),
            Op::Call { callee, args, .. } => match self.constant(*callee)? {
                ConstValue::Global(g) if matches!(&*g, Global::Library(path) if **path == *DISPLAY) => (Display::List, args.clone()),
                _ => return None,
            },
            _ => return None,
        };
        self.func.blocks[b.index()].insts[i as usize].op = Op::Const(ConstValue::None);
        Some(taken)
    }

    fn load(&mut self, v: Variable) -> Step<Item> {
        let (slot, deref) = match v {
            Variable::Fast(s) => (s, false),
            Variable::Cell(s) => (s, true),
            Variable::Global(n) => {
                let name = self.code.names.get(n as usize).cloned().unwrap_or_else(|| "".into());
                return Ok(Item::Value(self.global(&name)?));
            }
            Variable::Name(_) => return Err(self.unsupported("T0031", "names of a class or module body".into())),
        };
        let index = slot as usize;
        let Some(name) = self.code.locals.get(index).cloned() else {
            return Err(CompileError::bug("local out of range").into());
        };
        if !deref && (self.code.is_cell[index] || self.code.is_free[index]) {
            return Ok(Item::Cell(slot));
        }
        if self.free_constant(index) {
            return match self.source.outside.free_variable(&name) {
                Some(c) => Ok(Item::Value(self.emit(Op::Const(c))?)),
                None => Err(undefined_name(&name).into()),
            };
        }
        match self.state.locals[index] {
            Local::Assigned(v) => Ok(Item::Value(v)),
            Local::Maybe { value, flag } => {
                self.emit_effect(Op::CheckDefined { defined: flag, name })?;
                // Checked once on this path.
                self.state.locals[index] = Local::Assigned(value);
                Ok(Item::Value(value))
            }
            Local::Unassigned => {
                let defined = self.no;
                self.emit_effect(Op::CheckDefined { defined, name })?;
                Ok(Item::Value(self.undef))
            }
        }
    }

    fn store(&mut self, v: Variable, item: Item) -> Step<()> {
        let slot = match v {
            Variable::Fast(s) | Variable::Cell(s) => s as usize,
            Variable::Global(_) | Variable::Name(_) => {
                return Err(self.unsupported("T0017", "assigning global variables".into()));
            }
        };
        if self.code.is_free.get(slot).copied().unwrap_or(true) {
            return Err(self.unsupported("T0032", "assigning variables of the enclosing function".into()));
        }
        self.state.locals[slot] = match item {
            Item::Value(v) => {
                if self.func.names[v.index()].is_none() {
                    self.func.names[v.index()] = Some(self.code.locals[slot].clone());
                }
                Local::Assigned(v)
            }
            Item::Saved(l) => l,
            Item::Null => Local::Unassigned,
            Item::Cell(_) | Item::Cells(_) | Item::Handled(_) => return Err(CompileError::bug("a cell stored as a local").into()),
        };
        Ok(())
    }

    fn take(&mut self, slot: u32) -> Step<Item> {
        let local = std::mem::replace(&mut self.state.locals[slot as usize], Local::Unassigned);
        Ok(Item::Saved(local))
    }

    fn capture(&mut self, slot: u32) -> Step<Value> {
        let stores = self.code.instrs.iter().filter(|i| i.op == Opcode::StoreDeref && i.arg == slot).count();
        if stores > 1 {
            let name = self.code.locals[slot as usize].clone();
            return Err(self.unsupported("T0033", format!("inner functions that capture '{name}', which is assigned more than once,")));
        }
        match self.load(Variable::Cell(slot))? {
            Item::Value(v) if v != self.undef => Ok(v),
            _ => Err(self.unsupported("T0034", "inner functions that refer to themselves or to later variables".into())),
        }
    }

    fn builtin(&mut self, name: &str) -> Step<Value> {
        self.global(&name.into())
    }

    fn branch(&mut self, cond: Value, then: usize, otherwise: usize) -> Step<()> {
        let then = self.edge(then)?;
        let otherwise = self.edge(otherwise)?;
        self.end(Term::Branch { cond, then, otherwise });
        Ok(())
    }

    fn for_iter(&mut self, body: usize, done: usize) -> Step<()> {
        let Some(Item::Value(iter)) = self.state.stack.pop() else {
            return Err(CompileError::bug("FOR_ITER without iterator").into());
        };
        let r = self.append(Op::IterNext { iter }, 3);
        self.state.stack.push(Item::Value(r[2]));
        let otherwise = self.edge(done)?;
        self.state.stack.push(Item::Value(r[1]));
        let then = self.edge(body)?;
        self.end(Term::Branch { cond: r[0], then, otherwise });
        Ok(())
    }

    fn jump(&mut self, to: usize) -> Step<()> {
        let t = self.edge(to)?;
        self.end(Term::Jump(t));
        Ok(())
    }

    fn ret(&mut self, v: Value) -> Step<()> {
        self.end(Term::Return(v));
        Ok(())
    }

    fn raise(&mut self, exception: Value) -> Step<()> {
        self.end(Term::Raise { exception: Some(exception) });
        Ok(())
    }

    fn unsupported(&self, code: &'static str, what: String) -> Stop {
        CompileError::unsupported(code, format!("not supported in nopython mode: {what}")).into()
    }
}
