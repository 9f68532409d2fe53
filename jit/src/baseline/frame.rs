//! Stack frames: layout, prologue, epilogue, and the uniform entry.

use super::asm::{Alu, Asm, Mem, Operand};
use super::emit::{FuncEmitter, Stub};
use super::moves::{Place, Source};
use super::regalloc::{Allocation, CTX, RAX, RCX, RDI, RDX, RSI, RSP};
use super::select::Selection;
use super::sysv;
use crate::lir::analysis::Liveness;
use crate::lir::op::Op;
use crate::lir::{Func, Inst, Ty};
use dynasmrt::DynamicLabel;
use std::collections::HashMap;
use taipan_runtime::trap::CTX_STACK_LIMIT;

/// Frames up to this size need no check in functions that call nothing: the
/// reserve below `Ctx::stack_limit` has room for them.
const UNCHECKED: i32 = 16 * 1024;

/// Byte offsets from rsp.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    /// Result slots of called functions.
    pub results: i32,
    /// Live values for the slow path of `poll`.
    pub poll: i32,
    slots: i32,
    saved: i32,
    /// Our own result pointer.
    pub result_ptr: i32,
    /// Bytes to subtract from rsp.
    pub size: i32,
    calls: bool,
    pub needs_ctx: bool,
}

impl Frame {
    /// Lays the frame out; also gives the offsets of stack objects.
    pub fn new(func: &Func, sel: &Selection, live: &Liveness, alloc: &Allocation) -> (Frame, HashMap<Inst, i32>) {
        let (mut outgoing, mut results, mut poll) = (0, 0, 0);
        let (mut calls, mut needs_ctx) = (false, false);
        let mut objects = HashMap::new();
        let mut object_bytes = 0;
        for b in &sel.order {
            for i in &func.blocks[b.index()].insts {
                let inst = &func.insts[i.index()];
                let params: Vec<Ty> = inst.args.iter().map(|v| func.ty(*v)).collect();
                needs_ctx |= matches!(inst.op, Op::Call | Op::Poll | Op::Trap | Op::Unwind | Op::LoadPoll | Op::GetCtx);
                match inst.op {
                    Op::Call => {
                        calls = true;
                        outgoing = outgoing.max(sysv::native(&params).1);
                        results = results.max(8 * (inst.results.len() as i32 - 1));
                    }
                    Op::CallSym => outgoing = outgoing.max(sysv::arguments(params).1),
                    // taipan_trap has seven arguments.
                    Op::Trap => outgoing = outgoing.max(8),
                    Op::Poll => poll = poll.max(8 * live.at_header(func, *b).len() as i32),
                    Op::StackAddr => {
                        objects.insert(*i, object_bytes);
                        object_bytes += (inst.imm as i32 + 15) & !15;
                    }
                    _ => {}
                }
            }
        }
        let mut top = 0;
        let mut take = |bytes: i32| {
            top += bytes;
            top - bytes
        };
        take(outgoing);
        let results = take(results);
        let poll = take(poll);
        let slots = take(8 * alloc.slots as i32);
        take((16 - (slots + 8 * alloc.slots as i32) % 16) % 16);
        let first = take(object_bytes);
        objects.values_mut().for_each(|o| *o += first);
        let saved = take(8 * (alloc.saved.len() as i32 + i32::from(needs_ctx)));
        let result_ptr = take(8);
        // The return address makes it odd.
        let size = (top + 8 + 15) / 16 * 16 - 8;
        (Frame { results, poll, slots, saved, result_ptr, size, calls, needs_ctx }, objects)
    }

    /// Offset of a spill slot.
    pub fn slot(&self, n: u32) -> i32 {
        self.slots + 8 * n as i32
    }

    fn checked(&self) -> bool {
        self.calls || self.size > UNCHECKED
    }
}

impl FuncEmitter<'_> {
    fn saved(&self) -> Vec<(u8, i32)> {
        let ctx = self.frame.needs_ctx.then_some(CTX);
        self.alloc.saved.iter().copied().chain(ctx).enumerate().map(|(n, r)| (r, self.frame.saved + 8 * n as i32)).collect()
    }

    pub(super) fn prologue(&mut self) {
        let entry = self.unit.entries[self.id.index()];
        self.asm.bind(entry);
        let frame = self.frame;
        if frame.checked() {
            let label = self.asm.label();
            self.asm.lea(RAX, Mem::Base(RSP, -frame.size));
            self.asm.cmp_reg_mem(RAX, Mem::Base(RDI, CTX_STACK_LIMIT));
            self.asm.jcc(super::asm::cc::B, label);
            let back = self.asm.label();
            self.asm.bind(back);
            self.stubs.push(Stub::StackLimit { label, back });
        }
        self.asm.grow_stack(frame.size);
        for (r, o) in self.saved() {
            self.asm.store(8, Mem::stack(o), r);
        }
        let func = self.func;
        let params = &func.blocks[0].params;
        let tys: Vec<Ty> = params.iter().map(|v| func.ty(*v)).collect();
        let (places, _) = sysv::native(&tys);
        let arrived = |p: &Place| match p {
            // Above our frame and the return address.
            Place::Stack(o) => Place::Stack(frame.size + 8 + o),
            p => *p,
        };
        let mut list = vec![(Place::Stack(frame.result_ptr), Source::Place(arrived(&places[params.len() + 1])))];
        if frame.needs_ctx {
            list.push((Place::Gpr(CTX), Source::Place(arrived(&places[0]))));
        }
        for (v, p) in params.iter().zip(&places[1..]) {
            if let Some(d) = self.place(*v) {
                list.push((d, Source::Place(arrived(p))));
            }
        }
        self.parallel(&list);
        // C promises a bool's low byte only.
        for v in params.iter().filter(|v| func.ty(**v) == Ty::I1) {
            match self.place(*v) {
                Some(Place::Gpr(r)) => self.asm.alu(Alu::And, 4, r, Operand::Imm(1)),
                Some(p) => {
                    self.asm.place(Place::Gpr(RAX), p);
                    self.asm.alu(Alu::And, 4, RAX, Operand::Imm(1));
                    self.asm.place(p, Place::Gpr(RAX));
                }
                None => {}
            }
        }
    }

    /// Returns with the status that is in eax.
    pub(super) fn emit_epilogue(&mut self) {
        let label = self.epilogue;
        self.asm.bind(label);
        for (r, o) in self.saved() {
            self.asm.load(8, r, Mem::stack(o));
        }
        self.asm.shrink_stack(self.frame.size);
        self.asm.ret();
    }

    /// The stack pointer is below the limit before the frame exists: raises,
    /// or goes on at `back` with every argument where it was. The context is
    /// in rdi, the frame's lowest address in rax.
    pub(super) fn stack_limit(&mut self, back: DynamicLabel) {
        const INTEGERS: [u8; 6] = [RDI, RSI, RDX, RCX, 8, 9];
        const FLOATS: u8 = 8;
        let site = self.func.insts.iter().map(|i| i.site).find(|s| *s != 0).unwrap_or(0);
        let slot = |n: usize| Mem::stack(8 * n as i32);
        // rsp is 8 off 16 at entry.
        let size = 8 * (INTEGERS.len() as i32 + i32::from(FLOATS)) + 8;
        self.asm.grow_stack(size);
        for (n, r) in INTEGERS.into_iter().enumerate() {
            self.asm.store(8, slot(n), r);
        }
        for x in 0..FLOATS {
            self.asm.fstore(8, slot(INTEGERS.len() + usize::from(x)), x);
        }
        self.asm.mov(RSI, RAX);
        self.asm.mov_imm(RDX, i64::from(site));
        self.asm.call_address(crate::symbols::address("taipan_stack_limit"));
        for (n, r) in INTEGERS.into_iter().enumerate() {
            self.asm.load(8, r, slot(n));
        }
        for x in 0..FLOATS {
            self.asm.fload(8, x, slot(INTEGERS.len() + usize::from(x)));
        }
        self.asm.shrink_stack(size);
        self.asm.test(4, RAX, RAX);
        self.asm.jcc(super::asm::cc::E, back);
        self.asm.ret();
    }
}

/// Emits `fn(ctx, args: *const u64, results: *mut u64) -> status`, which calls
/// the direct entry `target` of `func`.
pub fn uniform_entry(asm: &mut Asm, func: &Func, target: DynamicLabel) {
    let params = func.signature().params;
    let (places, stack) = sysv::native(&params);
    // rsp is 8 off 16 at entry.
    let frame = (stack + 8 + 15) / 16 * 16 - 8;
    asm.grow_stack(frame);
    // Neither register carries an argument.
    let (args, results) = (RAX, 11);
    asm.mov(args, RSI);
    asm.mov(results, RDX);
    for (n, p) in places[1..=params.len()].iter().enumerate() {
        let m = Mem::Base(args, 8 * n as i32);
        match *p {
            Place::Gpr(r) => asm.load(8, r, m),
            Place::Xmm(r) => asm.fload(8, r, m),
            Place::Stack(o) => {
                asm.load(8, 10, m);
                asm.store(8, Mem::stack(o), 10);
            }
        }
    }
    asm.place(places[params.len() + 1], Place::Gpr(results));
    asm.call_label(target);
    asm.shrink_stack(frame);
    asm.ret();
}
