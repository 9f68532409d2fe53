//! Calls, returns, traps and polls.

use super::asm::{Mem, cc};
use super::emit::{Constant, FuncEmitter, Stub};
use super::moves::{Place, Source};
use super::regalloc::{CALLER_SAVED, CTX, RAX, RCX, RDI, RDX, RSI};
use super::sysv;
use crate::lir::{Aux, Block, InstData, Ty, Value};
use crate::unit::EntryCell;
use dynasmrt::DynamicLabel;
use taipan_runtime::trap::{CTX_POLL, STATUS_TRAP};

fn bits(x: i64) -> Source<Constant> {
    Source::Const(Constant::Bits(x))
}

const OWN_CTX: Source<Constant> = Source::Place(Place::Gpr(CTX));

impl FuncEmitter<'_> {
    pub(super) fn call(&mut self, inst: &InstData) {
        let tys: Vec<Ty> = inst.args.iter().map(|v| self.ty(*v)).collect();
        if let Aux::Sym(s) = inst.aux {
            let (places, _) = sysv::arguments(tys.iter().copied());
            let list: Vec<_> = places.iter().zip(&inst.args).map(|(p, v)| (*p, self.source(*v))).collect();
            self.parallel(&list);
            // C callers extend what is smaller than an int.
            for (p, t) in places.iter().zip(&tys) {
                if let (Place::Gpr(r), Ty::I8 | Ty::I16) = (p, t) {
                    self.asm.zext(t.bytes(), *r, *r);
                }
            }
            self.asm.call_address(crate::symbols::address(self.unit.module.symbols[s.index()].name));
            if let Some(r) = inst.results.first() {
                self.returned(*r);
            }
            return;
        }
        let (places, _) = sysv::native(&tys);
        let mut list = vec![(places[0], OWN_CTX)];
        list.extend(places[1..].iter().zip(&inst.args).map(|(p, v)| (*p, self.source(*v))));
        list.push((places[tys.len() + 1], Source::Const(Constant::Stack(self.frame.results))));
        self.parallel(&list);
        match inst.aux {
            Aux::Import(f) => {
                let cell: *const EntryCell = &*self.unit.module.imports[f.index()].entry;
                self.asm.call_indirect(cell.cast());
            }
            Aux::Func(f) => {
                let l = self.unit.entries[f.index()];
                self.asm.call_label(l);
            }
            _ => unreachable!("verified: a call names a function or an import"),
        }
        self.finish_gpr(inst.results[0], RAX);
        for (n, v) in inst.results[1..].iter().enumerate() {
            let m = Mem::stack(self.frame.results + 8 * n as i32);
            let bytes = self.ty(*v).bytes();
            if self.ty(*v).is_float() {
                let d = self.xmm_result(*v);
                self.asm.fload(bytes, d, m);
                self.finish_xmm(*v, d);
            } else {
                // Not rax: it may hold the status if that has no register.
                let d = match self.place(*v) {
                    Some(Place::Gpr(r)) => r,
                    _ => RCX,
                };
                self.asm.load(bytes, d, m);
                self.finish_gpr(*v, d);
            }
        }
    }

    /// The result of a C function.
    fn returned(&mut self, v: Value) {
        match self.ty(v) {
            t if t.is_float() => self.finish_xmm(v, 0),
            Ty::I1 => {
                self.asm.zext(1, RAX, RAX);
                self.finish_gpr(v, RAX);
            }
            _ => self.finish_gpr(v, RAX),
        }
    }

    /// Stores the values into the result slots and returns the status.
    pub(super) fn leave(&mut self, values: &[Value], status: i32) {
        if !values.is_empty() {
            self.asm.load(8, RCX, Mem::stack(self.frame.result_ptr));
        }
        for (n, v) in values.iter().enumerate() {
            let m = Mem::Base(RCX, 8 * n as i32);
            if self.ty(*v).is_float() {
                let r = self.xmm(*v, super::regalloc::XMM_SCRATCH);
                self.asm.fstore(self.ty(*v).bytes(), m, r);
            } else if let Some(i) = self.immediate(*v) {
                self.asm.store_imm(8, m, i);
            } else {
                let r = self.gpr(*v, RAX);
                self.asm.store(8, m, r);
            }
        }
        self.return_status(status);
    }

    fn return_status(&mut self, status: i32) {
        self.asm.mov_imm(RAX, i64::from(status));
        let l = self.epilogue;
        self.asm.jmp(l);
    }

    pub(super) fn trap(&mut self, inst: &InstData) {
        let Aux::Trap(kind) = inst.aux else { unreachable!("verified: a trap has a kind") };
        let (places, _) = sysv::arguments([Ty::Ptr, Ty::I32, Ty::I32, Ty::I64, Ty::I64, Ty::I64, Ty::I64]);
        let mut sources = vec![OWN_CTX, bits(kind as i64), bits(i64::from(inst.site))];
        sources.extend((0..4).map(|n| inst.args.get(n).map_or(bits(0), |v| self.source(*v))));
        let list: Vec<_> = places.into_iter().zip(sources).collect();
        self.parallel(&list);
        self.asm.call_address(crate::symbols::address("taipan_trap"));
        self.return_status(STATUS_TRAP);
    }

    pub(super) fn unwind(&mut self, inst: &InstData) {
        self.asm.mov(RDI, CTX);
        self.asm.mov_imm(RSI, i64::from(inst.site));
        self.asm.call_address(crate::symbols::address("taipan_unwind"));
        self.return_status(STATUS_TRAP);
    }

    /// The check of a poll: the context's poll word and the unit's
    /// `osr_ready`.
    pub(super) fn poll(&mut self, block: Block, inst: &InstData) {
        let (label, back) = (self.asm.label(), self.asm.label());
        self.asm.cmp_mem32(Mem::Base(CTX, CTX_POLL), 0);
        self.asm.jcc(cc::NE, label);
        let ready = (&raw const self.unit.cell.osr_ready).addr();
        self.asm.mov_imm(RAX, ready as i64);
        self.asm.cmp_mem32(Mem::Base(RAX, 0), 0);
        self.asm.jcc(cc::NE, label);
        self.asm.bind(back);
        self.stubs.push(Stub::Poll { label, back, block, number: inst.imm });
    }

    /// Calls `taipan_poll` with the loop's live values; goes on behind the
    /// check, or returns the status it gives.
    pub(super) fn poll_slow(&mut self, block: Block, number: i64, back: DynamicLabel) {
        let values = self.live.at_header(self.func, block);
        let buffer = self.frame.poll;
        for (n, v) in values.iter().enumerate() {
            let slot = Place::Stack(buffer + 8 * n as i32);
            let list = [(slot, self.source(*v))];
            self.parallel(&list);
        }
        self.asm.mov(RDI, CTX);
        self.asm.mov_imm(RSI, self.unit.id as i64);
        self.asm.mov_imm(RDX, i64::from(self.id.0));
        self.asm.mov_imm(RCX, number);
        self.asm.lea(8, Mem::stack(buffer));
        self.asm.load(8, 9, Mem::stack(self.frame.result_ptr));
        self.asm.call_address(crate::symbols::address("taipan_poll"));
        self.asm.test(8, RAX, RAX);
        let l = self.epilogue;
        // Sign clear: a status.
        self.asm.jcc(9, l);
        for (n, v) in values.iter().enumerate() {
            let lost = match self.place(*v) {
                Some(Place::Gpr(r)) if CALLER_SAVED.contains(&r) => Some(Place::Gpr(r)),
                Some(Place::Xmm(r)) => Some(Place::Xmm(r)),
                _ => None,
            };
            if let Some(p) = lost {
                self.asm.place(p, Place::Stack(buffer + 8 * n as i32));
            }
        }
        self.asm.jmp(back);
    }
}
