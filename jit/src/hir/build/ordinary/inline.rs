//! Calls of the program's own small functions inside ordinary loops.
//!
//! What such a function does is done in place. If anything in it cannot be,
//! the loop is left at the call and the interpreter calls the function from
//! its start: so it may have no effect before that, which is why functions
//! that store anything but their own locals, or that loop, are left alone
//! ([`inlinable`]).
//!
//! The function's paths are followed one by one (a path has no joins), each
//! to its return, behind which the caller goes on in the version for the type
//! of the result.

use super::{Builder, Frame, UNSUPPORTED, Var};
use crate::bytecode::{Code, Opcode};
use crate::hir::build::dispatch::{Flow, step};
use crate::hir::build::{Item, Step, Stop};
use crate::hir::value::Closure;
use crate::hir::{Block, ExitReason, State, Target, Term, Value, Variable};
use std::sync::Arc;

/// Longest function that is done in place, in instructions.
const MAX_LENGTH: usize = 120;
/// Calls within calls.
const MAX_DEPTH: usize = 4;
/// Most blocks that the functions of one loop may give.
const MAX_BLOCKS: usize = 400;

/// The globals that a function reads, if it can be done in place: plain
/// positional parameters, no closure, no loops or handlers, no stores outside
/// its own locals.
pub fn inlinable(code: &Code) -> Option<Vec<Arc<str>>> {
    use Opcode as O;
    let plain = !(code.has_varargs || code.has_varkeywords || code.is_generator || code.is_coroutine);
    let open = code.is_cell.iter().chain(&code.is_free).any(|x| *x);
    if !plain || open || code.kwonly_arg_count > 0 || !code.handlers.is_empty() || code.instrs.len() > MAX_LENGTH {
        return None;
    }
    let mut names = Vec::new();
    for i in &code.instrs {
        match i.op {
            O::LoadGlobal => {
                let name = code.names.get((i.arg >> 1) as usize)?.clone();
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            O::JumpBackward | O::JumpBackwardNoInterrupt | O::ForIter | O::StoreSubscr | O::StoreSlice => return None,
            O::StoreGlobal | O::DeleteGlobal | O::StoreName | O::DeleteName | O::StoreAttr | O::DeleteAttr => return None,
            _ => {}
        }
    }
    Some(names)
}

/// A function that is being done in place.
#[derive(Clone)]
pub(super) struct Inner {
    code: Arc<Code>,
    locals: Vec<Var>,
    pub(super) stack: Vec<Item>,
    /// Position of the instruction at hand.
    position: usize,
}

/// A path that is still to be followed.
pub(super) struct Path {
    block: Block,
    /// The caller's frame, the call's operands popped.
    frame: Frame,
    inner: Vec<Inner>,
    /// Position to go on at, in the innermost function.
    next: usize,
    /// Where the loop is left: at the call.
    state: State,
    /// Position of the call in the loop's code.
    call: usize,
    line: u32,
}

impl Builder<'_> {
    /// Does the call of `callee`; what follows it is built behind its returns.
    pub(super) fn inline_call(&mut self, callee: &Arc<Closure>, args: &[Value]) -> Step<Value> {
        let code = &callee.code;
        let again = self.inner.iter().any(|i| Arc::ptr_eq(&i.code, code));
        if again || self.inner.len() >= MAX_DEPTH || args.len() != code.arg_count as usize {
            return Err(UNSUPPORTED);
        }
        // Everything that leaves does so here.
        let state = self.snapshot();
        let mut locals = vec![Var::Unbound; code.locals.len()];
        for (local, a) in locals.iter_mut().zip(args) {
            *local = Var::Value(*a);
        }
        self.inner.push(Inner { code: code.clone(), locals, stack: vec![], position: 0 });
        let target = self.path_from(0, state)?;
        self.end(Term::Jump(target));
        Err(Stop::Branched)
    }

    /// A path that begins at `next` in the innermost function, in a new block.
    fn path_from(&mut self, next: usize, state: State) -> Step<Target> {
        self.path_blocks += 1;
        if self.path_blocks > MAX_BLOCKS {
            return Err(UNSUPPORTED);
        }
        let block = self.func.add_block();
        let (frame, inner) = (self.frame.clone(), self.inner.clone());
        self.paths.push(Path { block, frame, inner, next, state, call: self.position, line: self.line });
        let target = Target { block, args: vec![] };
        Ok(target)
    }

    /// As [`Builder::path_from`], with the current state.
    pub(super) fn path(&mut self, next: usize) -> Step<Target> {
        let state = self.snapshot();
        self.path_from(next, state)
    }

    /// Follows all paths to their ends.
    pub(super) fn follow_paths(&mut self) -> Result<(), crate::error::CompileError> {
        while let Some(path) = self.paths.pop() {
            self.current = path.block;
            self.frame = path.frame;
            self.inner = path.inner;
            self.state = Some(path.state);
            self.position = path.call;
            self.line = path.line;
            self.follow(path.next)?;
            self.inner.clear();
        }
        Ok(())
    }

    fn follow(&mut self, first: usize) -> Result<(), crate::error::CompileError> {
        let Some(code) = self.inner.last().map(|i| i.code.clone()) else { return Ok(()) };
        for p in first..code.instrs.len() {
            if let Some(inner) = self.inner.last_mut() {
                inner.position = p;
            }
            match step(self, &code, p) {
                Ok(Flow::Next) => {}
                Ok(Flow::Ended) | Err(Stop::Branched) => return Ok(()),
                Err(Stop::Exit(_)) => {
                    // The reason is in another function: say that it is the call.
                    let state = self.snapshot();
                    self.end(Term::Exit { state, reason: ExitReason::Unsupported });
                    return Ok(());
                }
                Err(Stop::Error(e)) => return Err(*e),
            }
        }
        Err(crate::error::CompileError::bug("bytecode runs past its end"))
    }

    /// Return from the innermost function.
    pub(super) fn inner_return(&mut self, v: Value) -> Step<()> {
        self.inner.pop();
        let target = match self.inner.last_mut() {
            Some(outer) => {
                outer.stack.push(Item::Value(v));
                let next = outer.position + 1;
                self.path(next)?
            }
            None => {
                self.frame.stack.push(Item::Value(v));
                self.edge_behind(self.position + 1)
            }
        };
        self.end(Term::Jump(target));
        Ok(())
    }

    /// Position behind the instruction at hand, in the innermost function.
    pub(super) fn inner_next(&self) -> Option<usize> {
        self.inner.last().map(|i| i.position + 1)
    }

    pub(super) fn inner_load(&self, v: Variable) -> Step<Item> {
        let Some(inner) = self.inner.last() else { return Err(UNSUPPORTED) };
        let var = match v {
            Variable::Fast(n) => inner.locals.get(n as usize).copied(),
            Variable::Global(n) => {
                let name = inner.code.names.get(n as usize).ok_or(UNSUPPORTED)?;
                let named = |n: usize| self.variable_name(n).is_some_and(|x| x == *name);
                let global = |v: &Variable| matches!(v, Variable::Name(_) | Variable::Global(_));
                let at = self.request.info.variables.iter().enumerate().position(|(n, v)| global(v) && named(n));
                at.map(|at| self.frame.vars[at])
            }
            _ => None,
        };
        match var {
            Some(Var::Value(v)) => Ok(Item::Value(v)),
            _ => Err(UNSUPPORTED),
        }
    }

    pub(super) fn inner_store(&mut self, v: Variable, item: Item) -> Step<()> {
        let (Some(inner), Variable::Fast(n)) = (self.inner.last_mut(), v) else { return Err(UNSUPPORTED) };
        let local = inner.locals.get_mut(n as usize).ok_or(UNSUPPORTED)?;
        *local = match item {
            Item::Value(v) => Var::Value(v),
            Item::Null => Var::Unbound,
            _ => return Err(UNSUPPORTED),
        };
        Ok(())
    }
}
