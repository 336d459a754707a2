// operation_list.h: the operations that operation.cc puts into the table; each is defined in its
// own file.
#pragma once

#include "ops/operation.h"

namespace hdist {

Operation operations_operation(); // operation.cc
Operation config_operation();     // config_op.cc
Operation config_set_operation(); // config_set_op.cc
Operation config_unset_operation();
Operation fetch_operation();  // fetch_op.cc
Operation unpack_operation(); // unpack_op.cc
Operation hash_operation();   // build_op.cc
Operation build_operation();
Operation resolve_operation();
Operation makeprofile_operation();      // profile_op.cc
Operation makebuildprofile_operation(); // build_profile_op.cc
Operation env_operation();
Operation env_undo_operation();
Operation install_artifact_operation(); // install_op.cc
Operation profile_list_operation();     // registry_op.cc
Operation profile_link_operation();
Operation profile_unlink_operation();
Operation profile_info_operation();
Operation compile_operation(); // update.cc
Operation update_operation();
Operation runtasks_operation();    // runtasks.cc
Operation host_tools_operation();  // host_tools_op.cc
Operation schema_operation();      // schema_op.cc
Operation gc_operation();          // gc_op.cc
Operation source_gc_operation();   // source_gc_op.cc
Operation source_list_operation(); // source_op.cc
Operation source_verify_operation();
Operation source_remove_operation();
Operation artifact_list_operation(); // artifact_op.cc
Operation artifact_info_operation();
Operation artifact_remove_operation();
Operation artifact_refs_operation(); // dependency_op.cc
Operation artifact_tree_operation();
Operation verify_operation();      // verify_op.cc
Operation build_check_operation(); // check_op.cc
Operation du_operation();          // du_op.cc
Operation why_kept_operation();    // kept_op.cc
Operation bundle_operation();      // bundle_op.cc
Operation root_list_operation();   // root_op.cc
Operation root_add_operation();
Operation root_remove_operation();
Operation log_operation();          // log_op.cc
Operation build_resume_operation(); // debug_op.cc
Operation debug_diff_operation();
Operation unpack_build_operation();
Operation rebrand_operation();     // rebrand_op.cc
Operation postprocess_operation(); // postprocess_op.cc

} // namespace hdist
