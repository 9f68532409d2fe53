//! Building one loop of ordinary code.
