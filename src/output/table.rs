//! Tables for people.

use jiff::Timestamp;

use super::grid::Grid;
use crate::ui::Palette;

/// What a view for people depends on besides its content.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub(super) now: Timestamp,
    pub(super) width: Option<u16>,
    pub(super) palette: Palette,
}

pub(super) fn render(grid: &Grid, look: &Look) -> String {
    let _ = (grid, look.now, look.width, look.palette);
    String::new()
}
