//! Where each module of the frozen standard library lies.
//!
//! The library is 8 MB of the binary: modules one behind the other, each with
//! its name and length in front. Walking over it at start, or only reading the
//! names where they are, would touch a page for each module, so the walk is
//! made by the compiler, and its result, the names and a table of places, is
//! part of the binary.
//!
//! Format, all numbers little-endian: `u32` count of modules; for each `u32`
//! length and bytes of the name, `u32` length and bytes of the code, and a byte
//! that tells whether it is a package.

use rustpython::pylib::FROZEN_STDLIB;
use rustpython_vm::frozen::{FrozenCodeObject, FrozenModule};

const BYTES: &[u8] = &FROZEN_STDLIB.bytes;
const COUNT: usize = number(BYTES);
/// The names of all modules, one behind the other.
const NAMES: &[u8] = &names::<{ names_length() }>();

/// Every module of the library with its dotted name.
pub static MODULES: [(&str, FrozenModule); COUNT] = modules();

const fn number(bytes: &[u8]) -> usize {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize
}

/// What begins with its length, and what follows it.
const fn counted(bytes: &'static [u8]) -> (&'static [u8], &'static [u8]) {
    bytes.split_at(4).1.split_at(number(bytes))
}

/// The first module of `bytes`: name, code, whether it is a package, and what
/// follows it.
const fn first(bytes: &'static [u8]) -> (&'static [u8], &'static [u8], bool, &'static [u8]) {
    let (name, after) = counted(bytes);
    let (code, after) = counted(after);
    (name, code, after[0] != 0, after.split_at(1).1)
}

const fn names_length() -> usize {
    let mut rest = BYTES.split_at(4).1;
    let mut length = 0;
    while let [_, ..] = rest {
        let (name, _, _, after) = first(rest);
        length += name.len();
        rest = after;
    }
    length
}

const fn names<const LENGTH: usize>() -> [u8; LENGTH] {
    let mut names = [0; LENGTH];
    let mut rest = BYTES.split_at(4).1;
    let mut end = 0;
    while let [_, ..] = rest {
        let (name, _, _, after) = first(rest);
        let mut i = 0;
        while i < name.len() {
            names[end + i] = name[i];
            i += 1;
        }
        end += name.len();
        rest = after;
    }
    names
}

const fn modules() -> [(&'static str, FrozenModule); COUNT] {
    let nothing = FrozenModule { code: FrozenCodeObject { bytes: &[] as &'static [u8] }, package: false };
    let mut modules = [("", nothing); COUNT];
    let mut rest = BYTES.split_at(4).1;
    let mut names = NAMES;
    let mut i = 0;
    while i < COUNT {
        let (name, bytes, package, after) = first(rest);
        let (name, later) = names.split_at(name.len());
        let Ok(name) = std::str::from_utf8(name) else {
            panic!("a module's name is not UTF-8");
        };
        modules[i] = (name, FrozenModule { code: FrozenCodeObject { bytes }, package });
        (rest, names) = (after, later);
        i += 1;
    }
    assert!(rest.is_empty(), "something follows the last module");
    modules
}
