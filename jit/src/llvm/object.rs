//! Sizes of the functions in an ELF object, for statistics and the perf map.
//!
//! Reads the few fields of the ELF64 headers that it needs (System V ABI,
//! "Object files"); malformed input gives an empty list.

/// One function symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    pub name: String,
    /// Bytes of machine code.
    pub size: u64,
    /// Offset in its section.
    pub offset: u64,
    pub section: u16,
    /// Visible outside the object.
    pub global: bool,
}

fn at<const N: usize>(bytes: &[u8], offset: usize) -> Option<[u8; N]> {
    bytes.get(offset..offset.checked_add(N)?)?.try_into().ok()
}
fn u16_at(b: &[u8], o: usize) -> Option<u16> {
    at(b, o).map(u16::from_le_bytes)
}
fn u32_at(b: &[u8], o: usize) -> Option<u32> {
    at(b, o).map(u32::from_le_bytes)
}
fn u64_at(b: &[u8], o: usize) -> Option<u64> {
    at(b, o).map(u64::from_le_bytes)
}
fn usize_at(b: &[u8], o: usize) -> Option<usize> {
    u64_at(b, o).and_then(|v| usize::try_from(v).ok())
}

/// Section header fields: type, offset, size, link.
fn section(b: &[u8], n: usize) -> Option<(u32, usize, usize, usize)> {
    let table = usize_at(b, 40)?;
    let entry = usize::from(u16_at(b, 58)?);
    let h = table.checked_add(n.checked_mul(entry)?)?;
    Some((u32_at(b, h + 4)?, usize_at(b, h + 24)?, usize_at(b, h + 32)?, u32_at(b, h + 40)? as usize))
}

fn read(b: &[u8]) -> Option<Vec<Symbol>> {
    const SYMTAB: u32 = 2;
    const FUNC: u8 = 2;
    let mut out = Vec::new();
    for n in 0..usize::from(u16_at(b, 60)?) {
        let (kind, offset, size, link) = section(b, n)?;
        if kind != SYMTAB {
            continue;
        }
        let names = section(b, link)?.1;
        for s in (offset..offset.checked_add(size)?).step_by(24) {
            let [info] = at(b, s + 4)?;
            if info & 15 != FUNC {
                continue;
            }
            let text = b.get(names.checked_add(u32_at(b, s)? as usize)?..)?;
            let end = text.iter().position(|c| *c == 0)?;
            out.push(Symbol {
                name: String::from_utf8_lossy(&text[..end]).into_owned(),
                section: u16_at(b, s + 6)?,
                offset: u64_at(b, s + 8)?,
                size: u64_at(b, s + 16)?,
                global: info >> 4 != 0,
            });
        }
    }
    Some(out)
}

/// The functions of an object file.
pub fn functions(object: &[u8]) -> Vec<Symbol> {
    if object.get(..4) == Some(b"\x7fELF") { read(object).unwrap_or_default() } else { Vec::new() }
}
