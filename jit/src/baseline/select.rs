//! What the baseline emits where: block order, dead instructions, and which
//! instructions are emitted as part of their only user.
//!
//! * A comparison that only feeds a `brif` or `select` of its block leaves its
//!   answer in the flags.
//! * An address computation that only feeds a `load` or `store` of its block
//!   becomes the addressing mode.
//! * Arithmetic and its overflow predicate, side by side, are one instruction.
//! * Constants are never in registers: they become immediates or memory
//!   operands.

use crate::lir::analysis::{Cfg, Dominators, Loops};
use crate::lir::op::{Effect, Op};
use crate::lir::{Block, Func, Inst, InstData, Value};

/// How an instruction is emitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Emit {
    /// On its own.
    Here,
    /// Its only user emits it, or nobody needs it.
    Never,
    /// Together with this instruction, which is marked `Never`: one of the two
    /// is arithmetic, the other its overflow predicate.
    Pair(Inst),
}

/// The decisions for one function.
pub struct Selection {
    /// By instruction.
    pub emit: Vec<Emit>,
    /// The instruction that defines a value (`None`: block parameter).
    pub def: Vec<Option<Inst>>,
    /// Remaining uses by value.
    pub uses: Vec<u32>,
    /// Blocks in the order in which live ranges are numbered: reverse
    /// postorder with loops contiguous.
    pub order: Vec<Block>,
    /// Loop depth by block.
    pub depth: Vec<u32>,
}

/// Has the value no register because its instruction is a constant?
pub fn is_constant(op: Op) -> bool {
    matches!(op, Op::Iconst | Op::Fconst | Op::SymAddr | Op::FuncAddr | Op::AddrConst | Op::StackAddr | Op::GetCtx)
}

/// The overflow predicate of an operation.
fn overflow_of(op: Op) -> Option<Op> {
    match op {
        Op::Iadd => Some(Op::SaddO),
        Op::Isub => Some(Op::SsubO),
        Op::Imul => Some(Op::SmulO),
        _ => None,
    }
}

impl Selection {
    /// Decides for a function.
    pub fn new(func: &Func, cfg: &Cfg) -> Selection {
        let dom = Dominators::new(cfg);
        let loops = Loops::new(cfg, &dom);
        let order = block_order(func, &loops);
        let mut s = Selection {
            emit: vec![Emit::Here; func.insts.len()],
            def: vec![None; func.values.len()],
            uses: vec![0; func.values.len()],
            order,
            depth: loops.depth,
        };
        let mut block_of = vec![Block(u32::MAX); func.insts.len()];
        for b in &s.order {
            for i in &func.blocks[b.index()].insts {
                let inst = &func.insts[i.index()];
                block_of[i.index()] = *b;
                for r in &inst.results {
                    s.def[r.index()] = Some(*i);
                }
                for u in inst.uses() {
                    s.uses[u.index()] += 1;
                }
            }
        }
        s.drop_dead(func);
        for b in s.order.clone() {
            s.fold(func, b, &block_of);
            s.pair(func, b);
        }
        s
    }

    /// Removes pure instructions without users, transitively: uses come after
    /// definitions in the block order but for loop-carried ones, which stay.
    fn drop_dead(&mut self, func: &Func) {
        for b in self.order.iter().rev() {
            for i in func.blocks[b.index()].insts.iter().rev() {
                let inst = &func.insts[i.index()];
                let removable = matches!(inst.op.effect(), Effect::Pure | Effect::Read);
                if removable && inst.results.iter().all(|r| self.uses[r.index()] == 0) {
                    self.emit[i.index()] = Emit::Never;
                    for u in inst.uses() {
                        self.uses[u.index()] -= 1;
                    }
                }
            }
        }
    }

    fn fold(&mut self, func: &Func, b: Block, block_of: &[Block]) {
        for i in &func.blocks[b.index()].insts {
            if self.emit[i.index()] == Emit::Never {
                continue;
            }
            let inst = &func.insts[i.index()];
            let wanted: fn(&Selection, &Func, &InstData, &InstData) -> bool = match inst.op {
                Op::Brif | Op::Select => |_, _, _, d| matches!(d.op, Op::Icmp | Op::Fcmp),
                Op::Load | Op::Store => |s, f, user, d| s.is_address(f, user, d),
                _ => continue,
            };
            let v = inst.args[0];
            let Some(d) = self.def[v.index()] else { continue };
            if self.uses[v.index()] == 1 && block_of[d.index()] == b && self.emit[d.index()] == Emit::Here
                && wanted(self, func, inst, &func.insts[d.index()])
            {
                self.emit[d.index()] = Emit::Never;
            }
        }
    }

    /// Can `def` be the addressing mode of `user`?
    fn is_address(&self, func: &Func, user: &InstData, def: &InstData) -> bool {
        let scale = match def.op {
            Op::PtrAdd => 1,
            Op::PtrIndex => def.imm,
            _ => return false,
        };
        match self.constant(func, def.args[1]) {
            Some(c) => c.checked_mul(scale).and_then(|c| c.checked_add(user.imm)).is_some_and(|d| i32::try_from(d).is_ok()),
            None => matches!(scale, 1 | 2 | 4 | 8),
        }
    }

    /// The value of an integer constant.
    pub fn constant(&self, func: &Func, v: Value) -> Option<i64> {
        let inst = &func.insts[self.def[v.index()]?.index()];
        (inst.op == Op::Iconst).then_some(inst.imm)
    }

    /// Finds arithmetic next to its overflow predicate.
    fn pair(&mut self, func: &Func, b: Block) {
        let mut last: Option<Inst> = None;
        for i in &func.blocks[b.index()].insts {
            let inst = &func.insts[i.index()];
            if self.emit[i.index()] != Emit::Here || is_constant(inst.op) {
                continue;
            }
            if let Some(l) = last {
                let before = &func.insts[l.index()];
                let fits = overflow_of(inst.op) == Some(before.op) || overflow_of(before.op) == Some(inst.op);
                if fits && self.emit[l.index()] == Emit::Here && before.args == inst.args && before.ty == inst.ty {
                    self.emit[l.index()] = Emit::Never;
                    self.emit[i.index()] = Emit::Pair(l);
                }
            }
            last = Some(*i);
        }
    }

    /// Calls `f` with every value that emitting `inst` reads, through
    /// instructions that it absorbs.
    pub fn reads(&self, func: &Func, inst: &InstData, f: &mut impl FnMut(Value)) {
        for u in inst.uses() {
            match self.absorbed(func, inst, u) {
                Some(d) => d.args.iter().for_each(|a| f(*a)),
                None => f(u),
            }
        }
    }

    /// The instruction behind operand `v` of `user`, if `user` emits it.
    pub fn absorbed<'a>(&self, func: &'a Func, user: &InstData, v: Value) -> Option<&'a InstData> {
        let d = self.def[v.index()]?;
        let data = &func.insts[d.index()];
        let folds = matches!(user.op, Op::Brif | Op::Select | Op::Load | Op::Store) && user.args[0] == v;
        let foldable = matches!(data.op, Op::Icmp | Op::Fcmp | Op::PtrAdd | Op::PtrIndex);
        (folds && foldable && self.emit[d.index()] == Emit::Never).then_some(data)
    }
}

/// Reverse postorder in which the blocks of a loop stand together and blocks
/// that leave the function stand behind the branch to them.
fn block_order(func: &Func, loops: &Loops) -> Vec<Block> {
    // Successors visited first end up last.
    let rank = |from: Block, to: Block| {
        let leaves = func.terminator(to).is_some_and(|t| t.targets().is_empty() && t.op != Op::Ret);
        let stays = loops.innermost[from.index()].is_none_or(|l| in_loop(loops, to, l));
        if leaves { 2 } else { u8::from(stays) }
    };
    let sorted = |b: Block| {
        let mut next: Vec<Block> = func.successors(b).collect();
        // Popped from the end; equal ranks keep the first target nearest.
        next.sort_by_key(|t| std::cmp::Reverse(rank(b, *t)));
        next
    };
    let mut seen = vec![false; func.blocks.len()];
    let mut order = Vec::with_capacity(func.blocks.len());
    seen[0] = true;
    let mut stack = vec![(Block(0), sorted(Block(0)))];
    while let Some((b, next)) = stack.last_mut() {
        match next.pop() {
            None => {
                order.push(*b);
                stack.pop();
            }
            Some(n) => {
                if !std::mem::replace(&mut seen[n.index()], true) {
                    stack.push((n, sorted(n)));
                }
            }
        }
    }
    order.reverse();
    order
}

fn in_loop(loops: &Loops, b: Block, l: usize) -> bool {
    let mut at = loops.innermost[b.index()];
    while let Some(i) = at {
        if i == l {
            return true;
        }
        at = loops.loops[i].parent;
    }
    false
}

/// Does the instruction call out, so that caller-saved registers are lost?
pub fn clobbers(inst: &InstData, has_fma: bool) -> bool {
    match inst.op {
        Op::Call | Op::CallSym => true,
        Op::Fma => !has_fma,
        // Leaves the function: nothing is live behind it. `poll` saves what
        // it needs on its slow path.
        _ => false,
    }
}
