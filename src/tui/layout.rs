//! The places of the panes on the screen.

use ratatui::layout::Rect;

use crate::tui::state::Focus;

/// Panes with their frames; an empty pane is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Layout {
    pub header: Rect,
    pub places: Rect,
    pub tasks: Rect,
    pub runs: Rect,
    pub detail: Rect,
    pub footer: Rect,
}

/// The smallest screen on which anything is drawn.
pub(crate) const SMALLEST: (u16, u16) = (30, 8);

/// The facts of a run above its log, with the line between them.
pub(crate) const RUN_HEAD: u16 = 6;

impl Layout {
    pub(crate) fn new(size: (u16, u16), focus: Focus, tasks: usize, runs: usize) -> Layout {
        let (width, height) = size;
        let header = Rect::new(0, 0, width, height.min(1));
        let footer_height = height.saturating_sub(1).min(2);
        let footer = Rect::new(0, height - footer_height, width, footer_height);
        let body = height.saturating_sub(1 + footer_height);
        let [left, middle, right] = columns(width, focus);
        let place = |x, width| match (width, body) {
            (0, _) | (_, 0) => Rect::ZERO,
            (width, body) => Rect::new(x, 1, width, body),
        };
        let both = place(left, middle);
        // The tasks get the rows they need: at most two fifths of the height, or all rows that the
        // runs leave free.
        let framed = |rows| u16::try_from(rows).unwrap_or(u16::MAX).saturating_add(2);
        let left_by_runs = body.saturating_sub(framed(runs).max(6));
        let most = (body * 2 / 5).max(left_by_runs).max(5);
        let upper = framed(tasks).clamp(5, most).min(body);
        let tasks = Rect {
            height: if both.width == 0 { 0 } else { upper },
            ..both
        };
        let runs = Rect {
            y: both.y + tasks.height,
            height: both.height.saturating_sub(tasks.height),
            ..both
        };
        Layout {
            header,
            places: place(0, left),
            tasks,
            runs,
            detail: place(left + middle, right),
            footer,
        }
    }

    pub(crate) fn places_rows(&self) -> usize {
        inner_rows(self.places)
    }

    pub(crate) fn task_rows(&self) -> usize {
        inner_rows(self.tasks)
    }

    pub(crate) fn run_rows(&self) -> usize {
        inner_rows(self.runs)
    }

    pub(crate) fn detail_rows(&self) -> usize {
        inner_rows(self.detail)
    }

    pub(crate) fn log_rows(&self) -> usize {
        self.detail_rows().saturating_sub(RUN_HEAD.into()).max(1)
    }

    /// The pane at a column and row.
    pub(crate) fn pane_at(&self, column: u16, row: u16) -> Option<(Focus, Rect)> {
        let panes = [
            (Focus::Places, self.places),
            (Focus::Tasks, self.tasks),
            (Focus::Runs, self.runs),
            (Focus::Detail, self.detail),
        ];
        let is_in = |area: Rect| area.contains((column, row).into());
        panes.into_iter().find(|(_, area)| is_in(*area))
    }
}

fn inner_rows(area: Rect) -> usize {
    usize::from(area.height.saturating_sub(2))
}

/// The widths of the three columns. A narrow screen shows only those around the focus.
fn columns(width: u16, focus: Focus) -> [u16; 3] {
    match (width, focus) {
        (100.., _) => {
            let left = (width / 5).clamp(24, 36);
            let middle = (width - left) * 9 / 20;
            [left, middle, width - left - middle]
        }
        (76.., Focus::Detail) => [0, 28, width - 28],
        (76.., _) => [20, 30, width - 50],
        (_, Focus::Places) => [width * 2 / 5, width - width * 2 / 5, 0],
        (_, Focus::Tasks | Focus::Runs) => [0, width / 2, width - width / 2],
        (_, Focus::Detail) => [0, 0, width],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn panes_cover_the_screen_and_do_not_overlap(width in 0_u16..300, height in 0_u16..120, tasks in 0_usize..90, runs in 0_usize..90, focus in 0_usize..4) {
            let focus = [Focus::Places, Focus::Tasks, Focus::Runs, Focus::Detail][focus];
            let layout = Layout::new((width, height), focus, tasks, runs);
            let panes = [layout.header, layout.places, layout.tasks, layout.runs, layout.detail, layout.footer];
            let area: u32 = panes.iter().map(|pane| pane.area()).sum();
            prop_assert_eq!(area, u32::from(width) * u32::from(height));
            for (at, pane) in panes.iter().enumerate() {
                prop_assert!(pane.right() <= width && pane.bottom() <= height);
                prop_assert!(panes[..at].iter().all(|other| !other.intersects(*pane)));
            }
        }
    }
}
