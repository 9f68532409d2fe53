//! The instructions that the baseline emits, as methods over dynasm.
//!
//! Registers are numbers (rax = 0 … r15, xmm0 …); operand sizes are in bytes.

#![allow(clippy::useless_conversion, reason = "dynasm converts every register number, ours are u8 already")]

use super::moves::Place;
use super::regalloc::{RAX, RSP, XMM_TRANSFER};
use dynasmrt::x64::X64Relocation;
use dynasmrt::{DynamicLabel, DynasmApi, DynasmLabelApi, VecAssembler, dynasm};
use std::collections::HashMap;

/// A memory operand.
#[derive(Clone, Copy, Debug)]
pub enum Mem {
    /// `[base + offset]`.
    Base(u8, i32),
    /// `[base + index * scale + offset]`, scale 1, 2, 4 or 8.
    Index(u8, u8, u8, i32),
    /// Data of this code.
    Label(DynamicLabel),
}

impl Mem {
    /// A stack slot by its offset.
    pub fn stack(offset: i32) -> Mem {
        Mem::Base(RSP, offset)
    }
}

/// Register, memory or immediate.
#[derive(Clone, Copy, Debug)]
pub enum Operand {
    Reg(u8),
    Mem(Mem),
    Imm(i32),
}

/// Two-operand integer instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alu {
    Add,
    Sub,
    And,
    Or,
    Xor,
    Cmp,
    Imul,
}

/// Two-operand float instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sse {
    Add,
    Sub,
    Mul,
    Div,
    Sqrt,
    Ucomi,
}

/// Shifts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shift {
    Left,
    Right,
    RightSigned,
}

/// Condition codes as the processor numbers them; `cc ^ 1` is the opposite.
pub mod cc {
    pub const O: u8 = 0;
    pub const B: u8 = 2;
    pub const AE: u8 = 3;
    pub const E: u8 = 4;
    pub const NE: u8 = 5;
    pub const BE: u8 = 6;
    pub const A: u8 = 7;
    pub const P: u8 = 10;
    pub const NP: u8 = 11;
    pub const L: u8 = 12;
    pub const GE: u8 = 13;
    pub const LE: u8 = 14;
    pub const G: u8 = 15;
}

/// Emits an instruction with a memory operand in the middle.
macro_rules! mem {
    ($ops:expr, $mem:expr, [$($before:tt)*] [$($after:tt)*]) => {
        match $mem {
            Mem::Base(b, d) => dynasm!($ops; $($before)* [Rq(b) + d] $($after)*),
            Mem::Index(b, i, 1, d) => dynasm!($ops; $($before)* [Rq(b) + Rq(i) * 1 + d] $($after)*),
            Mem::Index(b, i, 2, d) => dynasm!($ops; $($before)* [Rq(b) + Rq(i) * 2 + d] $($after)*),
            Mem::Index(b, i, 4, d) => dynasm!($ops; $($before)* [Rq(b) + Rq(i) * 4 + d] $($after)*),
            Mem::Index(b, i, _, d) => dynasm!($ops; $($before)* [Rq(b) + Rq(i) * 8 + d] $($after)*),
            Mem::Label(l) => dynasm!($ops; $($before)* [=>l] $($after)*),
        }
    };
}

/// One arm for each mnemonic of a family, the operands written once.
macro_rules! family {
    (@one $ops:expr, $mnemonic:ident, [$($args:tt)*]) => { dynasm!($ops; $mnemonic $($args)*) };
    ($ops:expr, $which:expr, { $($pat:pat => $mnemonic:ident),* $(,)? } $args:tt) => {
        match $which { $( $pat => family!(@one $ops, $mnemonic, $args), )* }
    };
}

macro_rules! by_cc {
    ($ops:expr, $cc:expr, [$o:ident $no:ident $b:ident $ae:ident $e:ident $ne:ident $be:ident $a:ident
        $s:ident $ns:ident $p:ident $np:ident $l:ident $ge:ident $le:ident $g:ident] $args:tt) => {
        family!($ops, $cc, {
            0 => $o, 1 => $no, 2 => $b, 3 => $ae, 4 => $e, 5 => $ne, 6 => $be, 7 => $a,
            8 => $s, 9 => $ns, 10 => $p, 11 => $np, 12 => $l, 13 => $ge, 14 => $le, _ => $g,
        } $args)
    };
}

/// The code of one module being emitted.
pub struct Asm {
    pub ops: VecAssembler<X64Relocation>,
    /// 8-byte constants by bits.
    pool: HashMap<u64, DynamicLabel>,
    /// 16-byte constants (sign masks), by the repeated 8 bytes.
    masks: HashMap<u64, DynamicLabel>,
}

impl Asm {
    /// An empty one.
    pub fn new(capacity: usize) -> Asm {
        Asm {
            ops: VecAssembler::new_with_capacity(0, capacity, 0, 0, 64, 0, 128),
            pool: HashMap::new(),
            masks: HashMap::new(),
        }
    }

    /// A label to be bound later.
    pub fn label(&mut self) -> DynamicLabel {
        self.ops.new_dynamic_label()
    }

    /// Binds a label here.
    pub fn bind(&mut self, l: DynamicLabel) {
        dynasm!(self.ops; =>l);
    }

    /// Position in the code.
    pub fn offset(&self) -> usize {
        self.ops.offset().0
    }

    /// Memory that holds an 8-byte constant.
    pub fn constant(&mut self, bits: u64) -> Mem {
        let ops = &mut self.ops;
        Mem::Label(*self.pool.entry(bits).or_insert_with(|| ops.new_dynamic_label()))
    }

    /// Memory that holds a 16-byte mask: 8 bytes twice.
    pub fn mask(&mut self, bits: u64) -> Mem {
        let ops = &mut self.ops;
        Mem::Label(*self.masks.entry(bits).or_insert_with(|| ops.new_dynamic_label()))
    }

    /// Emits the constants; after the last instruction.
    pub fn emit_constants(&mut self) {
        let sorted = |m: &HashMap<u64, DynamicLabel>| {
            let mut v: Vec<_> = m.iter().map(|(b, l)| (*b, *l)).collect();
            v.sort_unstable_by_key(|(bits, _)| *bits);
            v
        };
        if !self.masks.is_empty() {
            dynasm!(self.ops; .align 16);
            for (bits, l) in sorted(&self.masks) {
                dynasm!(self.ops; =>l; .u64 bits, bits);
            }
        }
        if !self.pool.is_empty() {
            dynasm!(self.ops; .align 8);
            for (bits, l) in sorted(&self.pool) {
                dynasm!(self.ops; =>l; .u64 bits);
            }
        }
    }

    /// `d = s` (8 bytes).
    pub fn mov(&mut self, d: u8, s: u8) {
        if d != s {
            dynasm!(self.ops; mov Rq(d), Rq(s));
        }
    }

    /// `d = s` (4 bytes, upper half cleared).
    pub fn mov32(&mut self, d: u8, s: u8) {
        dynasm!(self.ops; mov Rd(d), Rd(s));
    }

    /// `d = imm`; leaves the flags alone.
    pub fn mov_imm(&mut self, d: u8, imm: i64) {
        if let Ok(small) = u32::try_from(imm) {
            dynasm!(self.ops; mov Rd(d), small as i32);
        } else if let Ok(small) = i32::try_from(imm) {
            dynasm!(self.ops; mov Rq(d), DWORD small);
        } else {
            dynasm!(self.ops; mov Rq(d), QWORD imm);
        }
    }

    /// Loads 1, 2 (zero-extended), 4 or 8 bytes.
    pub fn load(&mut self, bytes: u32, d: u8, m: Mem) {
        match bytes {
            1 => mem!(self.ops, m, [movzx Rd(d), BYTE] []),
            2 => mem!(self.ops, m, [movzx Rd(d), WORD] []),
            4 => mem!(self.ops, m, [mov Rd(d),] []),
            _ => mem!(self.ops, m, [mov Rq(d),] []),
        }
    }

    /// Stores the low 1, 2, 4 or 8 bytes.
    pub fn store(&mut self, bytes: u32, m: Mem, s: u8) {
        match bytes {
            1 => mem!(self.ops, m, [mov] [, Rb(s)]),
            2 => mem!(self.ops, m, [mov] [, Rw(s)]),
            4 => mem!(self.ops, m, [mov] [, Rd(s)]),
            _ => mem!(self.ops, m, [mov] [, Rq(s)]),
        }
    }

    /// Stores a constant that fits 32 bits (sign-extended for 8 bytes).
    pub fn store_imm(&mut self, bytes: u32, m: Mem, imm: i32) {
        match bytes {
            1 => mem!(self.ops, m, [mov BYTE] [, imm as i8]),
            2 => mem!(self.ops, m, [mov WORD] [, imm as i16]),
            4 => mem!(self.ops, m, [mov DWORD] [, imm]),
            _ => mem!(self.ops, m, [mov QWORD] [, imm]),
        }
    }

    /// Address of memory.
    pub fn lea(&mut self, d: u8, m: Mem) {
        mem!(self.ops, m, [lea Rq(d),] []);
    }

    /// Sign-extends the low `bytes` to 8.
    pub fn sext(&mut self, bytes: u32, d: u8, s: u8) {
        match bytes {
            1 => dynasm!(self.ops; movsx Rq(d), Rb(s)),
            2 => dynasm!(self.ops; movsx Rq(d), Rw(s)),
            4 => dynasm!(self.ops; movsxd Rq(d), Rd(s)),
            _ => self.mov(d, s),
        }
    }

    /// Zero-extends the low `bytes` to 8.
    pub fn zext(&mut self, bytes: u32, d: u8, s: u8) {
        match bytes {
            1 => dynasm!(self.ops; movzx Rd(d), Rb(s)),
            2 => dynasm!(self.ops; movzx Rd(d), Rw(s)),
            4 => self.mov32(d, s),
            _ => self.mov(d, s),
        }
    }

    /// `d = d op s` on 4 or 8 bytes; comparisons on 1 and 2 bytes too, from
    /// registers and immediates.
    pub fn alu(&mut self, op: Alu, bytes: u32, d: u8, s: Operand) {
        if op == Alu::Imul {
            return self.imul(bytes, d, s);
        }
        macro_rules! without_imul {
            ([$($args:tt)*]) => {
                family!(self.ops, op, {
                    Alu::Add => add, Alu::Sub => sub, Alu::And => and, Alu::Or => or, Alu::Xor => xor, _ => cmp,
                } [$($args)*])
            };
        }
        match (s, bytes) {
            (Operand::Reg(s), 1) => without_imul!([Rb(d), Rb(s)]),
            (Operand::Reg(s), 2) => without_imul!([Rw(d), Rw(s)]),
            (Operand::Reg(s), 4) => without_imul!([Rd(d), Rd(s)]),
            (Operand::Reg(s), _) => without_imul!([Rq(d), Rq(s)]),
            (Operand::Imm(i), 1) => without_imul!([Rb(d), BYTE i as i8]),
            (Operand::Imm(i), 2) => without_imul!([Rw(d), WORD i as i16]),
            (Operand::Imm(i), 4) => match i8::try_from(i) {
                Ok(i) => self.alu_imm8(op, false, d, i),
                Err(_) => without_imul!([Rd(d), DWORD i]),
            },
            (Operand::Imm(i), _) => match i8::try_from(i) {
                Ok(i) => self.alu_imm8(op, true, d, i),
                Err(_) => without_imul!([Rq(d), DWORD i]),
            },
            (Operand::Mem(Mem::Base(b, o)), 4) => without_imul!([Rd(d), [Rq(b) + o]]),
            (Operand::Mem(Mem::Base(b, o)), _) => without_imul!([Rq(d), [Rq(b) + o]]),
            (Operand::Mem(m), _) => {
                self.load(bytes, RAX, m);
                self.alu(op, bytes, d, Operand::Reg(RAX));
            }
        }
    }

    /// The short form with a one-byte constant, which dynasm's operand order
    /// never selects: REX, 0x83 /digit, imm8.
    fn alu_imm8(&mut self, op: Alu, wide: bool, d: u8, imm: i8) {
        let digit = match op {
            Alu::Add => 0,
            Alu::Or => 1,
            Alu::And => 4,
            Alu::Sub => 5,
            Alu::Xor => 6,
            Alu::Cmp | Alu::Imul => 7,
        };
        let rex = 0x40 | u8::from(wide) << 3 | d >> 3;
        if rex != 0x40 {
            self.ops.push(rex);
        }
        self.ops.push(0x83);
        self.ops.push(0xc0 | digit << 3 | d & 7);
        self.ops.push_i8(imm);
    }

    fn imul(&mut self, bytes: u32, d: u8, s: Operand) {
        match (s, bytes) {
            (Operand::Reg(s), 8) => dynasm!(self.ops; imul Rq(d), Rq(s)),
            (Operand::Reg(s), _) => dynasm!(self.ops; imul Rd(d), Rd(s)),
            (Operand::Imm(i), 8) => dynasm!(self.ops; imul Rq(d), Rq(d), DWORD i),
            (Operand::Imm(i), _) => dynasm!(self.ops; imul Rd(d), Rd(d), DWORD i),
            (Operand::Mem(m), 8) => mem!(self.ops, m, [imul Rq(d),] []),
            (Operand::Mem(m), _) => mem!(self.ops, m, [imul Rd(d),] []),
        }
    }

    /// `d = s * imm`.
    pub fn imul_imm(&mut self, bytes: u32, d: u8, s: u8, imm: i32) {
        if bytes == 8 {
            dynasm!(self.ops; imul Rq(d), Rq(s), DWORD imm);
        } else {
            dynasm!(self.ops; imul Rd(d), Rd(s), DWORD imm);
        }
    }

    /// 1- and 2-byte additions and subtractions, for their overflow flag.
    pub fn small_alu(&mut self, op: Alu, bytes: u32, d: u8, s: u8) {
        if bytes == 1 {
            family!(self.ops, op, { Alu::Add => add, _ => sub } [Rb(d), Rb(s)]);
        } else {
            family!(self.ops, op, { Alu::Add => add, _ => sub } [Rw(d), Rw(s)]);
        }
    }

    /// Compares memory (4 bytes) with a constant.
    pub fn cmp_mem32(&mut self, m: Mem, imm: i32) {
        mem!(self.ops, m, [cmp DWORD] [, imm]);
    }

    /// Compares a register with memory (8 bytes).
    pub fn cmp_reg_mem(&mut self, r: u8, m: Mem) {
        mem!(self.ops, m, [cmp Rq(r),] []);
    }

    /// Sets flags from `a & b`.
    pub fn test(&mut self, bytes: u32, a: u8, b: u8) {
        match bytes {
            1 => dynasm!(self.ops; test Rb(a), Rb(b)),
            2 => dynasm!(self.ops; test Rw(a), Rw(b)),
            4 => dynasm!(self.ops; test Rd(a), Rd(b)),
            _ => dynasm!(self.ops; test Rq(a), Rq(b)),
        }
    }

    /// `d = -d` (8 bytes).
    pub fn neg(&mut self, d: u8) {
        dynasm!(self.ops; neg Rq(d));
    }

    /// Shifts by a constant.
    pub fn shift_imm(&mut self, op: Shift, bytes: u32, d: u8, n: i8) {
        if bytes == 8 {
            family!(self.ops, op, { Shift::Left => shl, Shift::Right => shr, Shift::RightSigned => sar } [Rq(d), n]);
        } else {
            family!(self.ops, op, { Shift::Left => shl, Shift::Right => shr, Shift::RightSigned => sar } [Rd(d), n]);
        }
    }

    /// Shifts by cl.
    pub fn shift_cl(&mut self, op: Shift, bytes: u32, d: u8) {
        if bytes == 8 {
            family!(self.ops, op, { Shift::Left => shl, Shift::Right => shr, Shift::RightSigned => sar } [Rq(d), cl]);
        } else {
            family!(self.ops, op, { Shift::Left => shl, Shift::Right => shr, Shift::RightSigned => sar } [Rd(d), cl]);
        }
    }

    /// rax:rdx / `s`: quotient in rax, remainder in rdx.
    pub fn divide(&mut self, signed: bool, bytes: u32, s: u8) {
        match (signed, bytes) {
            (true, 8) => dynasm!(self.ops; cqo; idiv Rq(s)),
            (true, _) => dynasm!(self.ops; cdq; idiv Rd(s)),
            (false, 8) => dynasm!(self.ops; xor edx, edx; div Rq(s)),
            (false, _) => dynasm!(self.ops; xor edx, edx; div Rd(s)),
        }
    }

    /// Jumps if the condition holds.
    pub fn jcc(&mut self, cc: u8, l: DynamicLabel) {
        by_cc!(self.ops, cc, [jo jno jb jae je jne jbe ja js jns jp jnp jl jge jle jg] [=>l]);
    }

    /// Jumps.
    pub fn jmp(&mut self, l: DynamicLabel) {
        dynasm!(self.ops; jmp =>l);
    }

    /// `d` = 1 if the condition holds, else 0 (8 bytes).
    pub fn setcc(&mut self, cc: u8, d: u8) {
        by_cc!(self.ops, cc, [seto setno setb setae sete setne setbe seta sets setns setp setnp setl setge setle setg] [Rb(d)]);
        dynasm!(self.ops; movzx Rd(d), Rb(d));
    }

    /// `d = s` if the condition holds (8 bytes).
    pub fn cmov(&mut self, cc: u8, d: u8, s: Operand) {
        match s {
            Operand::Mem(Mem::Base(b, o)) => {
                by_cc!(self.ops, cc, [cmovo cmovno cmovb cmovae cmove cmovne cmovbe cmova cmovs cmovns cmovp cmovnp cmovl cmovge cmovle cmovg] [Rq(d), [Rq(b) + o]]);
            }
            Operand::Reg(s) => {
                by_cc!(self.ops, cc, [cmovo cmovno cmovb cmovae cmove cmovne cmovbe cmova cmovs cmovns cmovp cmovnp cmovl cmovge cmovle cmovg] [Rq(d), Rq(s)]);
            }
            Operand::Mem(_) | Operand::Imm(_) => unreachable!("callers load other operands first"),
        }
    }

    /// Calls an absolute address; loses rax.
    pub fn call_address(&mut self, address: *const u8) {
        self.mov_imm(RAX, address.addr() as i64);
        dynasm!(self.ops; call rax);
    }

    /// Calls code of this module.
    pub fn call_label(&mut self, l: DynamicLabel) {
        dynasm!(self.ops; call =>l);
    }

    /// Calls the address that stands at an absolute address; loses rax.
    pub fn call_indirect(&mut self, cell: *const u8) {
        self.mov_imm(RAX, cell.addr() as i64);
        dynasm!(self.ops; call QWORD [rax]);
    }

    /// `rsp -= n`.
    pub fn grow_stack(&mut self, n: i32) {
        if n != 0 {
            dynasm!(self.ops; sub rsp, n);
        }
    }

    /// `rsp += n`.
    pub fn shrink_stack(&mut self, n: i32) {
        if n != 0 {
            dynasm!(self.ops; add rsp, n);
        }
    }

    /// Returns.
    pub fn ret(&mut self) {
        dynasm!(self.ops; ret);
    }

    /// Stops the process: what must never be reached.
    pub fn ud2(&mut self) {
        dynasm!(self.ops; ud2);
    }

    /// Aligns a function's first instruction.
    pub fn align(&mut self) {
        dynasm!(self.ops; .align 16, 0x90);
    }

    // Vector registers.

    /// `d = s`.
    pub fn fmov(&mut self, d: u8, s: u8) {
        if d != s {
            dynasm!(self.ops; movaps Rx(d), Rx(s));
        }
    }

    /// Loads 4 or 8 bytes; the rest is cleared.
    pub fn fload(&mut self, bytes: u32, d: u8, m: Mem) {
        if bytes == 4 {
            mem!(self.ops, m, [movss Rx(d), DWORD] []);
        } else {
            mem!(self.ops, m, [movsd Rx(d), QWORD] []);
        }
    }

    /// Stores the low 4 or 8 bytes.
    pub fn fstore(&mut self, bytes: u32, m: Mem, s: u8) {
        if bytes == 4 {
            mem!(self.ops, m, [movss DWORD] [, Rx(s)]);
        } else {
            mem!(self.ops, m, [movsd QWORD] [, Rx(s)]);
        }
    }

    /// `d = d op s`; `sqrt` and the comparison do not read / write `d`.
    pub fn sse(&mut self, op: Sse, bytes: u32, d: u8, s: u8) {
        if bytes == 4 {
            family!(self.ops, op, {
                Sse::Add => addss, Sse::Sub => subss, Sse::Mul => mulss, Sse::Div => divss, Sse::Sqrt => sqrtss, Sse::Ucomi => ucomiss,
            } [Rx(d), Rx(s)]);
        } else {
            family!(self.ops, op, {
                Sse::Add => addsd, Sse::Sub => subsd, Sse::Mul => mulsd, Sse::Div => divsd, Sse::Sqrt => sqrtsd, Sse::Ucomi => ucomisd,
            } [Rx(d), Rx(s)]);
        }
    }

    /// The same with a memory operand.
    pub fn sse_mem(&mut self, op: Sse, bytes: u32, d: u8, m: Mem) {
        if bytes == 4 {
            match op {
                Sse::Add => mem!(self.ops, m, [addss Rx(d), DWORD] []),
                Sse::Sub => mem!(self.ops, m, [subss Rx(d), DWORD] []),
                Sse::Mul => mem!(self.ops, m, [mulss Rx(d), DWORD] []),
                Sse::Div => mem!(self.ops, m, [divss Rx(d), DWORD] []),
                Sse::Sqrt => mem!(self.ops, m, [sqrtss Rx(d), DWORD] []),
                Sse::Ucomi => mem!(self.ops, m, [ucomiss Rx(d), DWORD] []),
            }
        } else {
            match op {
                Sse::Add => mem!(self.ops, m, [addsd Rx(d), QWORD] []),
                Sse::Sub => mem!(self.ops, m, [subsd Rx(d), QWORD] []),
                Sse::Mul => mem!(self.ops, m, [mulsd Rx(d), QWORD] []),
                Sse::Div => mem!(self.ops, m, [divsd Rx(d), QWORD] []),
                Sse::Sqrt => mem!(self.ops, m, [sqrtsd Rx(d), QWORD] []),
                Sse::Ucomi => mem!(self.ops, m, [ucomisd Rx(d), QWORD] []),
            }
        }
    }

    /// `d = d & mask`.
    pub fn fand(&mut self, d: u8, m: Mem) {
        mem!(self.ops, m, [andps Rx(d), OWORD] []);
    }

    /// `d = d ^ mask`.
    pub fn fxor(&mut self, d: u8, m: Mem) {
        mem!(self.ops, m, [xorps Rx(d), OWORD] []);
    }

    /// `d = d | s`.
    pub fn fbits_or(&mut self, d: u8, s: u8) {
        dynasm!(self.ops; orps Rx(d), Rx(s));
    }

    /// `d = 0`; leaves the flags alone.
    pub fn fzero(&mut self, d: u8) {
        dynasm!(self.ops; xorps Rx(d), Rx(d));
    }

    /// Rounds: mode 8 to even, 9 down, 10 up, 11 towards zero.
    pub fn round(&mut self, bytes: u32, d: u8, s: u8, mode: i8) {
        if bytes == 4 {
            dynasm!(self.ops; roundss Rx(d), Rx(s), mode);
        } else {
            dynasm!(self.ops; roundsd Rx(d), Rx(s), mode);
        }
    }

    /// `d = d * b + c`.
    pub fn fma(&mut self, bytes: u32, d: u8, b: u8, c: u8) {
        if bytes == 4 {
            dynasm!(self.ops; vfmadd213ss Rx(d), Rx(b), Rx(c));
        } else {
            dynasm!(self.ops; vfmadd213sd Rx(d), Rx(b), Rx(c));
        }
    }

    /// `d = d * b + memory`.
    pub fn fma_mem(&mut self, bytes: u32, d: u8, b: u8, m: Mem) {
        if bytes == 4 {
            mem!(self.ops, m, [vfmadd213ss Rx(d), Rx(b), DWORD] []);
        } else {
            mem!(self.ops, m, [vfmadd213sd Rx(d), Rx(b), QWORD] []);
        }
    }

    /// Signed integer (4 or 8 bytes) to float.
    pub fn int_to_float(&mut self, int: u32, float: u32, d: u8, s: u8) {
        // The conversion keeps the rest of `d`; clearing it cuts the
        // dependency on whatever was there.
        self.fzero(d);
        match (int, float) {
            (8, 8) => dynasm!(self.ops; cvtsi2sd Rx(d), Rq(s)),
            (_, 8) => dynasm!(self.ops; cvtsi2sd Rx(d), Rd(s)),
            (8, _) => dynasm!(self.ops; cvtsi2ss Rx(d), Rq(s)),
            _ => dynasm!(self.ops; cvtsi2ss Rx(d), Rd(s)),
        }
    }

    /// Float to signed integer (4 or 8 bytes), towards zero.
    pub fn float_to_int(&mut self, int: u32, float: u32, d: u8, s: u8) {
        match (int, float) {
            (8, 8) => dynasm!(self.ops; cvttsd2si Rq(d), Rx(s)),
            (_, 8) => dynasm!(self.ops; cvttsd2si Rd(d), Rx(s)),
            (8, _) => dynasm!(self.ops; cvttss2si Rq(d), Rx(s)),
            _ => dynasm!(self.ops; cvttss2si Rd(d), Rx(s)),
        }
    }

    /// f32 to f64 (`bytes` = 8) or back.
    pub fn convert_float(&mut self, bytes: u32, d: u8, s: u8) {
        if bytes == 8 {
            dynasm!(self.ops; cvtss2sd Rx(d), Rx(s));
        } else {
            dynasm!(self.ops; cvtsd2ss Rx(d), Rx(s));
        }
    }

    /// Moves bits from a general to a vector register.
    pub fn move_to_xmm(&mut self, d: u8, s: u8) {
        dynasm!(self.ops; movq Rx(d), Rq(s));
    }

    /// Moves bits from a vector to a general register.
    pub fn move_from_xmm(&mut self, d: u8, s: u8) {
        dynasm!(self.ops; movq Rq(d), Rx(s));
    }

    /// Moves 8 bytes between places.
    pub fn place(&mut self, d: Place, s: Place) {
        match (d, s) {
            (Place::Gpr(d), Place::Gpr(s)) => self.mov(d, s),
            (Place::Gpr(d), Place::Stack(o)) => self.load(8, d, Mem::stack(o)),
            (Place::Gpr(d), Place::Xmm(s)) => self.move_from_xmm(d, s),
            (Place::Xmm(d), Place::Xmm(s)) => self.fmov(d, s),
            (Place::Xmm(d), Place::Stack(o)) => self.fload(8, d, Mem::stack(o)),
            (Place::Xmm(d), Place::Gpr(s)) => self.move_to_xmm(d, s),
            (Place::Stack(o), Place::Gpr(s)) => self.store(8, Mem::stack(o), s),
            (Place::Stack(o), Place::Xmm(s)) => self.fstore(8, Mem::stack(o), s),
            (Place::Stack(d), Place::Stack(s)) => {
                self.fload(8, XMM_TRANSFER, Mem::stack(s));
                self.fstore(8, Mem::stack(d), XMM_TRANSFER);
            }
        }
    }
}
