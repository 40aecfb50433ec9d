"""What the documents promise, the test that each names, and a change of the code that this test must catch."""

from __future__ import annotations

from typing import NamedTuple


class Mutation(NamedTuple):
    """A change of one file of the package, which a test must not survive.

    Parameters
    ----------
    test : "test_file.py::test_name", as the documents name it.
    file : of the package.
    old, new : text replaced wherever it is, and what replaces it.
    """

    test: str
    file: str
    old: str
    new: str


MUTATIONS = (
    Mutation(
        "test_admin.py::test_nobody_else_does",
        "api/admin.py",
        "if not hmac.compare_digest(given.encode(), expected.encode()):",
        "if not expected.startswith(given or '?'):",
    ),
    Mutation(
        "test_admin.py::test_without_a_token_there_is_no_such_route",
        "api/admin.py",
        "raise HTTPException(HTTPStatus.NOT_FOUND)",
        "return",
    ),
    Mutation(
        "test_lookup_file_resume.py::test_the_journal_is_for_its_owner_alone",
        "workflows/lookup_file/output.py",
        "_OWNER_ONLY = 0o600",
        "_OWNER_ONLY = 0o640",
    ),
    Mutation(
        "test_lookup_file_resume.py::test_the_journal_holds_no_cell_of_the_input",
        "workflows/lookup_file/output.py",
        "_line([answer.line, answer.seal, *answer.cells])",
        "_line([answer.line, answer.seal, *answer.cells, 'case'])",
    ),
    Mutation(
        "test_lookup_file_resume.py::test_an_input_that_changes_at_any_moment_is_found_out",
        "sources/files.py",
        "if self._now(self._path) != self._state:",
        "if False:",
    ),
    Mutation(
        "test_lookup_file_resume.py::test_what_follows_a_damaged_line_of_the_journal_is_asked_again",
        "workflows/lookup_file/output.py",
        " and checksum == expected.encode()",
        "",
    ),
    Mutation(
        "test_lookup_file_resume.py::test_an_answer_goes_to_the_row_that_asked_and_to_no_other",
        "workflows/lookup_file/output.py",
        "(row.line, row.seal) != (answer.line, answer.seal)",
        "row.line != answer.line",
    ),
    Mutation(
        "test_lookup_file.py::test_after_a_kill_in_the_merge_the_next_command_removes_what_was_left_and_says_where",
        "sources/files.py",
        "        shutil.rmtree(folder)\n",
        "",
    ),
    Mutation(
        "test_bulk_lookup.py::test_kept_answers_that_are_not_those_of_their_rows_are_found_out",
        "workflows/lookup_file/job.py",
        "if not np.array_equal(answers.column(SEAL).to_numpy(), ",
        "if not bool(",
    ),
    Mutation(
        "test_files.py::test_the_files_of_a_killed_process_are_swept_and_those_of_a_living_one_kept",
        "api/slots.py",
        "shutil.rmtree(folder, ignore_errors=True)",
        "pass",
    ),
    Mutation(
        "test_abuse.py::test_a_file_made_to_fill_the_memory_does_not",
        "sources/rows/limits.py",
        "if size > unpacked_bytes or size > times * max(path.stat().st_size, 1):",
        "if False:",
    ),
    Mutation(
        "test_abuse.py::test_a_file_made_to_fill_the_memory_does_not",
        "sources/rows/csv.py",
        "if filling > MOST_FILLING and ",
        "if False and ",
    ),
    Mutation(
        "test_row_limits.py::test_it_costs_little_and_says_why",
        "sources/rows/xlsx.py",
        "if not 0 < self._line <= MOST_ROWS:",
        "if False:",
    ),
    Mutation(
        "test_row_limits.py::test_it_costs_little_and_says_why",
        "sources/rows/csv.py",
        "if len(line) > LONGEST_LINE:",
        "if False:",
    ),
    Mutation(
        "test_apart.py::test_memory_is_counted", "sources/rows/apart.py", "_limit(resource.RLIMIT_AS, ", "max(0, "
    ),
    Mutation(
        "test_apart.py::test_processor_is_counted", "sources/rows/apart.py", "_limit(resource.RLIMIT_CPU, ", "max(0, "
    ),
    Mutation(
        "test_slots.py::test_a_client_that_leaves_gives_its_place_back_though_its_file_is_being_read",
        "api/slots.py",
        "        if not is_kept:\n            sent.cleanup()",
        "        if not is_kept:\n            pass",
    ),
    Mutation(
        "test_slots.py::test_a_full_disk_is_not_the_fault_of_the_file_and_keeps_no_place",
        "api/files.py",
        "raise no_room() from error",
        "raise",
    ),
    Mutation(
        "test_slots.py::test_a_file_that_finds_no_place_is_told_when_to_come_back_and_the_service_is_not_ready",
        "api/admin.py",
        "if not request.app.state.slots.can_be_had:",
        "if False:",
    ),
    Mutation(
        "test_middlewares.py::test_a_body_has_a_longest_length", "api/middleware.py", "if read > most:", "if False:"
    ),
    Mutation(
        "test_middlewares.py::test_a_request_has_a_longest_address",
        "api/middleware.py",
        'len(scope["query_string"]) > self._most_bytes',
        'len(scope["query_string"]) > 10**9',
    ),
    Mutation(
        "test_middlewares.py::test_a_client_beyond_its_rate_waits", "api/middleware.py", "if wait_s > 0:", "if False:"
    ),
    Mutation(
        "test_middlewares.py::test_what_is_remembered_is_bounded",
        "api/middleware.py",
        "if len(self._buckets) > MOST_CLIENTS:",
        "if False:",
    ),
    Mutation(
        "test_middlewares.py::test_answers_and_problems_keep_out_of_caches_frames_and_scripts",
        "api/middleware.py",
        '(b"cache-control", b"no-store")',
        '(b"cache-control", b"private")',
    ),
    Mutation(
        "test_caching.py::test_no_cache_keeps_what_is_said_of_an_address",
        "api/middleware.py",
        '(b"cache-control", b"no-store")',
        '(b"cache-control", b"private")',
    ),
    Mutation(
        "test_remote_http.py::test_a_redirection_is_not_followed",
        "net.py",
        "follow_redirects=redirections > 0,\n        max_redirects=redirections,",
        "follow_redirects=True,",
    ),
    Mutation(
        "test_row_files_csv.py::test_added_text_that_would_run_is_made_harmless_and_numbers_stay_numbers",
        "sources/rows/row.py",
        "text.startswith(_FORMULA_STARTS)",
        "False",
    ),
    Mutation(
        "test_row_files_xlsx.py::test_added_text_that_would_run_is_made_harmless",
        "sources/rows/row.py",
        "text.startswith(_FORMULA_STARTS)",
        "False",
    ),
    Mutation(
        "test_staging.py::test_an_address_is_shown_without_its_secrets",
        "sources/stores.py",
        '_PASSWORD.sub(r"\\1@", address)',
        "address",
    ),
    Mutation(
        "test_contours.py::test_an_estimate_never_becomes_official",
        "sources/contours.py",
        "if estimated and kind is Kind.QPV:",
        "if False:",
    ),
    Mutation(
        "test_territory.py::test_an_altered_file_is_refused",
        "sources/manifest.py",
        "if _sha256_in_state(self.path, status.st_size, status.st_mtime_ns) != self.source.sha256:",
        "if False:",
    ),
    Mutation(
        "test_archives.py::test_links_are_refused",
        "sources/archives.py",
        "if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:",
        "if False:",
    ),
    Mutation(
        "test_archives.py::test_links_of_7z_are_refused", "sources/archives.py", "if not member.is_file:", "if False:"
    ),
    Mutation(
        "test_jobs.py::test_old_jobs_are_removed_and_nothing_else",
        "api/jobs.py",
        "if _ID.fullmatch(item.name) and item.is_dir())",
        "if item.is_dir())",
    ),
    Mutation(
        "test_jobs.py::test_without_a_folder_there_are_no_jobs",
        "api/app.py",
        "if settings.jobs_dir is not None:",
        "if True:",
    ),
    Mutation(
        "test_jobs.py::test_a_file_is_answered_fetched_and_removed",
        "api/jobs.py",
        "    shutil.rmtree(_folder_of(request, job), ignore_errors=True)",
        "    _folder_of(request, job)",
    ),
)

WITHOUT_ONE = 58
"""Tests that the documents name and that no change above is held against: fewer each time, never more."""
