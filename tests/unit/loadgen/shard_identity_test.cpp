#include "loadgen/shard_identity.hpp"

#include <gtest/gtest.h>
#include <map>
#include <ostream>

namespace wsrig::loadgen {

void PrintTo(const ShardIdentity& shard, std::ostream* out) {
  *out << shard.rank << " of " << shard.world << " by " << shard.source;
}

namespace {

using Variables = std::map<std::string, std::string>;
using Number = std::optional<std::uint32_t>;

cli::Environment environment_of(const Variables& variables) {
  return [variables](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

diag::Result<ShardIdentity> find(const Variables& variables, Number rank = {}, Number world = {}) {
  return find_shard(rank, world, environment_of(variables));
}

TEST(ShardIdentity, a_process_of_its_own) {
  EXPECT_EQ(find({}).value(), ShardIdentity{});
  EXPECT_EQ(find({}, {}, 1).value(), ShardIdentity{});
}

TEST(ShardIdentity, options_decide) {
  const ShardIdentity second{1, 4, "--rank and --world"};
  EXPECT_EQ(find({}, 1, 4).value(), second);
  EXPECT_EQ(find({{"SLURM_PROCID", "2"}, {"SLURM_NTASKS", "3"}}, 1, 4).value(), second);
  EXPECT_EQ(find({{"SLURM_PROCID", "x"}}, 1, 4).value(), second);
}

TEST(ShardIdentity, engines_say_it) {
  EXPECT_EQ(find({{"SLURM_PROCID", "2"}, {"SLURM_NTASKS", "3"}}).value(), (ShardIdentity{2, 3, "Slurm"}));
  EXPECT_EQ(find({{"OMPI_COMM_WORLD_RANK", "0"}, {"OMPI_COMM_WORLD_SIZE", "3"}}).value(),
            (ShardIdentity{0, 3, "Open MPI"}));
  EXPECT_EQ(find({{"PMI_RANK", "1"}, {"PMI_SIZE", "2"}}).value(), (ShardIdentity{1, 2, "PMI"}));
  EXPECT_EQ(find({{"JOB_COMPLETION_INDEX", "5"}}, {}, 6).value(),
            (ShardIdentity{5, 6, "a Kubernetes Indexed Job"}));
  EXPECT_EQ(find({{"PARALLEL_SEQ", "4"}, {"PARALLEL_JOBSLOT", "2"}}, {}, 4).value(),
            (ShardIdentity{3, 4, "GNU parallel"}));
}

TEST(ShardIdentity, an_array_of_slurm_may_begin_anywhere) {
  const Variables array{{"SLURM_ARRAY_TASK_ID", "14"},  {"SLURM_ARRAY_TASK_COUNT", "3"},
                        {"SLURM_ARRAY_TASK_MIN", "10"}, {"SLURM_ARRAY_TASK_STEP", "2"},
                        {"SLURM_PROCID", "0"},          {"SLURM_NTASKS", "1"}};
  EXPECT_EQ(find(array).value(), (ShardIdentity{2, 3, "a Slurm array"}));
}

TEST(ShardIdentity, engines_that_agree_are_no_contradiction) {
  EXPECT_EQ(
      find({{"SLURM_PROCID", "1"}, {"SLURM_NTASKS", "2"}, {"PMI_RANK", "1"}, {"PMI_SIZE", "2"}}).value(),
      (ShardIdentity{1, 2, "Slurm"}));
}

TEST(ShardIdentity, jobs_of_one_process_and_unrelated_jobs_say_nothing) {
  EXPECT_EQ(find({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "1"}}).value(), ShardIdentity{});
  EXPECT_EQ(find({{"SLURM_PROCID", "0"}}).value(), ShardIdentity{});
  EXPECT_EQ(find({{"PARALLEL_SEQ", "7"}, {"PARALLEL_JOBSLOT", "1"}}).value(), ShardIdentity{});
}

struct Mistake {
  Variables variables;
  Number rank, world;
  std::string message;
};

TEST(ShardIdentity, mistakes_are_said) {
  const Mistake mistakes[] = {
      {{}, 4, 4, "--rank counts from 0 to 3"},
      {{}, 0, 0, "a run has at least one shard: --world 1"},
      {{}, 1, {}, "--rank needs --world"},
      {{}, {}, 3, "--world needs --rank, or an engine that numbers its processes"},
      {{{"SLURM_PROCID", "2"}}, {}, {}, "Slurm says that this is shard 2, but not of how many"},
      {{{"SLURM_PROCID", "3"}, {"SLURM_NTASKS", "3"}},
       {},
       {},
       "Slurm says that this is shard 3 (from 0) of 3"},
      {{{"SLURM_PROCID", "two"}, {"SLURM_NTASKS", "3"}}, {}, {}, "SLURM_PROCID is 'two', which is no number"},
      {{{"JOB_COMPLETION_INDEX", "0"}},
       {},
       {},
       "a Kubernetes Indexed Job says that this is shard 0, but not of how many"},
      {{{"PARALLEL_SEQ", "0"}}, {}, 2, "GNU parallel counts from 1, but PARALLEL_SEQ is 0"},
      {{{"SLURM_PROCID", "0"},
        {"SLURM_NTASKS", "3"},
        {"OMPI_COMM_WORLD_RANK", "2"},
        {"OMPI_COMM_WORLD_SIZE", "3"}},
       {},
       {},
       "Slurm says that this is shard 0 of 3, Open MPI that it is 2 of 3"},
      {{{"PMI_RANK", "0"}, {"PMI_SIZE", "3"}}, {}, 4, "--world is 4, but PMI has started 3"},
  };
  for (const auto& [variables, rank, world, message] : mistakes) {
    const auto found = find(variables, rank, world);
    ASSERT_FALSE(found) << message;
    EXPECT_EQ(found.error().message, message);
  }
}

TEST(ShardIdentity, shares_differ_by_one_and_add_up) {
  for (std::uint64_t total = 0; total < 60; ++total) {
    for (std::uint32_t world = 1; world < 12; ++world) {
      std::uint64_t sum = 0;
      for (std::uint32_t rank = 0; rank < world; ++rank) {
        const ShardIdentity shard{rank, world, ""};
        sum += share_of(total, shard);
        ASSERT_LE(share_of(total, shard), total / world + 1);
      }
      ASSERT_EQ(sum, total) << total << " over " << world;
    }
  }
}

}  // namespace
}  // namespace wsrig::loadgen
