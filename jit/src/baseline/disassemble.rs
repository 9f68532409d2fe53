//! Assembly listings for `--dump=asm` and `inspect_asm`.

use super::FuncRange;
use iced_x86::{Decoder, DecoderOptions, Formatter, IntelFormatter};
use std::fmt::Write;

/// Lists the functions' instructions in Intel syntax with their offsets.
pub fn listing(bytes: &[u8], address: u64, funcs: &[FuncRange]) -> String {
    let mut out = String::new();
    let mut formatter = IntelFormatter::new();
    formatter.options_mut().set_branch_leading_zeros(false);
    for f in funcs {
        let _ = writeln!(out, "{}:", f.name);
        let code = &bytes[f.start..f.end];
        let mut decoder = Decoder::with_ip(64, code, f.start as u64, DecoderOptions::NONE);
        let mut text = String::new();
        while decoder.can_decode() {
            let inst = decoder.decode();
            text.clear();
            formatter.format(&inst, &mut text);
            let _ = writeln!(out, "  {:6x}  {text}", inst.ip());
        }
    }
    let end = funcs.iter().map(|f| f.end).max().unwrap_or(0);
    let _ = writeln!(out, "; {} bytes of code and constants at {address:#x}", bytes.len().max(end));
    out
}
